using System.Text.Json;

namespace Tunnel.Shared.Tests.VMess;

/// <summary>The recorded bytes in the folder beside this file: what V2Ray computes, or was seen to send.</summary>
internal static class Vectors
{
    public const string ManualId = "27848739-7e62-4138-9fd3-098a63964b6b";

    public static JsonElement[] Cases(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "VMess", "vectors", file + ".json")));
        return [.. document.RootElement.GetProperty("cases").Clone().EnumerateArray()];
    }

    public static TheoryData<string, string> Names(params string[] files)
    {
        var data = new TheoryData<string, string>();
        foreach (var file in files)
        {
            foreach (var name in Cases(file).Select(static c => c.Text("name")))
            {
                data.Add(file, name);
            }
        }

        return data;
    }

    public static JsonElement Case(string file, string name) => Cases(file).Single(c => c.Text("name") == name);

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static int Number(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static byte[] Hex(this JsonElement element, string property) => Convert.FromHexString(element.Text(property));

    public static int[] Numbers(this JsonElement element, string property) => [.. element.GetProperty(property).EnumerateArray().Select(static e => e.GetInt32())];
}
