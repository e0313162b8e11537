"""Reads messages for Slack, a JSON array, and has the official library judge their blocks."""
import json
import sys

from slack_sdk.models.blocks import Block

for message in json.load(sys.stdin):
    blocks = Block.parse_all(message["blocks"])
    assert len(blocks) == len(message["blocks"]), "a block that the library does not know"
    for block, given in zip(blocks, message["blocks"]):
        block.validate_json()
        written = block.to_dict()
        assert written["type"] == given["type"], (written, given)
        for key in given:
            assert key in written, f"{key} is not a key of a {given['type']} block"
print("good")
