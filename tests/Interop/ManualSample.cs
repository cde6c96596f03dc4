using Tunnel.EndToEnd.Programs;

namespace Tunnel.Interop;

/// <summary>The complete sample of V2Ray's manual, as the example has it, with other addresses and ports and nothing else.</summary>
public static class ManualSample
{
    /// <summary>The id in the sample.</summary>
    public const string Id = "27848739-7e62-4138-9fd3-098a63964b6b";

    /// <summary>The portal's file.</summary>
    public static string Portal(int publicPort, int interconnectPort) => Read("portal.json")
        .Replace("\"port\": 80, //", $"\"port\": {publicPort}, //", StringComparison.Ordinal)
        .Replace("\"port\": 1024", $"\"port\": {interconnectPort}", StringComparison.Ordinal);

    /// <summary>The bridge's file.</summary>
    public static string Bridge(int interconnectPort, string target) => Read("bridge.json")
        .Replace("portal 的 IP 地址", "127.0.0.1", StringComparison.Ordinal)
        .Replace("\"port\": 1024", $"\"port\": {interconnectPort}", StringComparison.Ordinal)
        .Replace("127.0.0.1:80\"", $"{target}\"", StringComparison.Ordinal);

    /// <summary>Adds a <c>security</c> to the bridge's user; null leaves the sample as it is.</summary>
    public static string WithSecurity(string bridge, string? security) => security is null
        ? bridge
        : bridge.Replace($"\"id\": \"{Id}\"", $"\"id\": \"{Id}\", \"security\": \"{security}\"", StringComparison.Ordinal);

    /// <summary>Adds <c>streamSettings</c> to the interconnect, on either side.</summary>
    public static string WithStream(string configuration, string? streamSettings) => streamSettings is null
        ? configuration
        : configuration.Replace("\"protocol\": \"vmess\",", $"\"protocol\": \"vmess\", \"streamSettings\": {streamSettings},", StringComparison.Ordinal);

    private static string Read(string name) => File.ReadAllText(Path.Combine(ProgramFiles.Examples, "v2ray-manual", name));
}
