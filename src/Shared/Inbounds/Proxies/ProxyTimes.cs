using System.Text.Json;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Inbounds.Proxies;

/// <summary>The fields <c>timeout</c> and <c>userLevel</c> of inbounds whose connections may be silent for a time of their own.</summary>
internal static class ProxyTimes
{
    private const int MaxTimeoutSeconds = 24 * 60 * 60;

    /// <summary>Null where nothing is said, or 0.</summary>
    public static TimeSpan? ReadTimeout(ObjectReader settings) =>
        settings.Integer("timeout", 0, MaxTimeoutSeconds) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    public static void Write(Utf8JsonWriter writer, TimeSpan? timeout, int level)
    {
        if (timeout is { } time)
        {
            writer.WriteNumber("timeout", (long)time.TotalSeconds);
        }

        if (level != 0)
        {
            writer.WriteNumber("userLevel", level);
        }
    }
}
