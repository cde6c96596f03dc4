using System.Text.Json;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Bytes that V2Ray 4.34 made: computed by its library code, or recorded from its program (see docs/v2ray.md).</summary>
internal static class Vectors
{
    public static IEnumerable<JsonElement> Cases(string file)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Cool", "vectors", file));
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("cases").Clone().EnumerateArray()];
    }

    public static byte[] Bytes(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>A host without the brackets that some of the vectors have.</summary>
    public static string Host(this JsonElement element, string name) => element.Text(name).Trim('[', ']');
}
