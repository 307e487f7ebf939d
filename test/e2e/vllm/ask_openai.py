"""Asks a server by the `openai` client: ask_openai.py BASE_URL MODEL completion|chat|stream|streams|flood [NUMBER]

The key is in OPENAI_API_KEY. Prints one line of JSON; `stream` prints `started` before it, once the first part of the answer is there, and `streams`
once that of both is: two processes may begin seconds apart, and one may have ended by then.
"""

import asyncio
import collections
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai


def completion(client: openai.OpenAI, model: str, tokens: int) -> dict[str, Any]:
    answer = client.completions.create(model=model, prompt='one two', max_tokens=tokens, extra_body={'ignore_eos': True})
    return {'model': answer.model, 'tokens': answer.usage.completion_tokens, 'finish': answer.choices[0].finish_reason}


def chat(client: openai.OpenAI, model: str, tokens: int) -> dict[str, Any]:
    messages = [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Why?'}]
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=tokens, extra_body={'ignore_eos': True})
    message = answer.choices[0].message
    return {'model': answer.model, 'role': message.role, 'tokens': answer.usage.completion_tokens, 'prompt': answer.usage.prompt_tokens}


def started() -> None:
    print('started', flush=True)


def stream(client: openai.OpenAI, model: str, tokens: int, begun: Callable[[], Any] = started) -> dict[str, Any]:
    parts = client.completions.create(
        model=model, prompt='one two', max_tokens=tokens, stream=True, stream_options={'include_usage': True}, extra_body={'ignore_eos': True}
    )
    texts, finish, counted, since = 0, None, None, 0.0
    for part in parts:
        if texts == 0 and part.choices:
            begun()
            since = time.monotonic()
        if part.choices:
            texts += 1
            finish = part.choices[0].finish_reason or finish
        counted = part.usage.completion_tokens if part.usage else counted
    return {'parts': texts, 'tokens': counted, 'finish': finish, 'seconds': time.monotonic() - since}


def streams(client: openai.OpenAI, model: str, tokens: int) -> list[dict[str, Any]]:
    both = threading.Barrier(2, action=started, timeout=60)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: stream(client, model, tokens, both.wait), range(2)))


def flood(client: openai.OpenAI, model: str, requests: int) -> dict[str, Any]:
    """How many of many requests at once end how: by status, 200 where they are answered, and what the first that is refused is told."""
    refusals: list[Any] = []

    async def one(each: openai.AsyncOpenAI) -> int:
        try:
            await each.completions.create(model=model, prompt='one two', max_tokens=60, extra_body={'ignore_eos': True})
            return 200
        except openai.APIStatusError as error:
            refusals.append(error.body)
            return error.status_code

    async def every() -> list[int]:
        async with openai.AsyncOpenAI(base_url=client.base_url, max_retries=0, timeout=300) as each:
            return await asyncio.gather(*(one(each) for _ in range(requests)))

    statuses = {str(status): count for status, count in collections.Counter(asyncio.run(every())).items()}
    return {'statuses': statuses, 'refusal': refusals[0] if refusals else None}


def main(base_url: str, model: str, what: str, number: str = '8') -> None:
    client = openai.OpenAI(base_url=base_url, max_retries=0, timeout=300)
    try:
        answer = {'completion': completion, 'chat': chat, 'stream': stream, 'streams': streams, 'flood': flood}[what](client, model, int(number))
    except openai.APIStatusError as error:
        answer = {'status': error.status_code}
    except openai.APIConnectionError:
        answer = {'status': 'refused'}
    print(json.dumps(answer))


if __name__ == '__main__':
    main(*sys.argv[1:])
