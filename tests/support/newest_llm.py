"""Uses the tools for Assist in whatever Home Assistant runs this.

usage: python -m tests.support.newest_llm CONFIG_DIRECTORY
"""

import asyncio
import json
import sys
from typing import Any, cast

import probatio

from custom_components.weighbridge.llm import GetTrendTool, GetWeighInsTool
from custom_components.weighbridge.sources import Person
from homeassistant.components.llm import LLMTools
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.llm import LLMContext, Tool, ToolInput, ToolResult


async def use(directory: str) -> dict[str, Any]:
    """Return what a model gets of somebody whose sensors show something."""
    hass = HomeAssistant(directory)
    hass.states.async_set("sensor.weight", "62.3", {"unit_of_measurement": "kg"})
    hass.states.async_set("sensor.goal_date", "2027-02-01")
    exposed = {"weight": "sensor.weight", "goal_date": "sensor.goal_date"}
    people = {"Alice": (cast("Person", None), exposed)}
    trend = GetTrendTool(people)
    offered = LLMTools(tools=cast("list[Tool]", [GetWeighInsTool(people), trend]))
    context = LLMContext(
        platform="test",
        context=Context(),
        language="en",
        assistant="conversation",
        device_id=None,
    )

    async def ask(person: str) -> ToolResult:
        given = ToolInput(tool_name=trend.name, tool_args={"person": person})
        return await trend.async_call(hass, given, context)

    answer = await ask("Alice")
    try:
        refused = str(await ask("Bob"))
    except probatio.Invalid as err:
        refused = str(err)
    await hass.async_stop(force=True)
    return {
        "tools": [tool.name for tool in offered.tools],
        "trend": answer.data,
        "refused": refused,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(use(sys.argv[1]))) + "\n")
