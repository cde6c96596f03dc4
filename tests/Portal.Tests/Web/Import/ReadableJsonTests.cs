using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class ReadableJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"b":["x","y"],"c":null}""", "{ \"a\": 1, \"b\": [\"x\", \"y\"], \"c\": null }\n")]
    [InlineData("""{"a":[],"b":{}}""", "{ \"a\": [], \"b\": {} }\n")]
    [InlineData("""{"a":[{"b":"é<+>"}]}""", "{\n  \"a\": [\n    { \"b\": \"é<+>\" }\n  ]\n}\n")]
    public void What_fits_stands_on_a_line(string json, string expected) => Assert.Equal(expected, ReadableJson.Print(JsonNode.Parse(json)!));

    [Fact]
    public void Long_things_are_broken_and_say_the_same()
    {
        var node = new JsonObject { ["types"] = new JsonArray([.. Enumerable.Range(0, 60).Select(static number => (JsonNode)JsonValue.Create($"type/{number}"))]), ["text"] = new string('x', 300) };

        var text = ReadableJson.Print(node);

        Assert.True(JsonNode.DeepEquals(node, JsonNode.Parse(text)));
        Assert.Equal(65, text.TrimEnd('\n').Split('\n').Length);
    }
}
