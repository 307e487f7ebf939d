"""Parses configurations by NVIDIA's message of them and says what is in each: the fields that are set, enums by name, or why it is none."""

import json
import sys

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2


def said(message):
    return {field.name: value(field, content) for field, content in message.ListFields()}


def value(field, content):
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        of = field.message_type.fields_by_name["value"]
        return {str(key): single(of, content[key]) for key in content}
    if isinstance(content, (str, bytes)) or not hasattr(content, "__len__"):
        return single(field, content)
    return [single(field, each) for each in content]


def single(field, content):
    if field.message_type is not None:
        return said(content)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[content].name
    return content


def parsed(text):
    try:
        return said(text_format.Parse(text, model_config_pb2.ModelConfig()))
    except text_format.ParseError as error:
        return {"ERROR": str(error)}


json.dump([parsed(text) for text in json.load(sys.stdin)], sys.stdout)
