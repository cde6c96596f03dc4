using System.Text.Json;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>
/// <c>stallDeadline</c> of protocol <c>vmess</c>, a field of this project: how many seconds a session waits for a reader that
/// takes nothing before that stream is reset, because Mux.Cool cannot hold back one stream alone.
/// </summary>
internal static class StallDeadlineField
{
    private const string Name = "stallDeadline";
    private const int MaxSeconds = 3600;

    /// <summary>The deadline; null where nothing is said.</summary>
    public static TimeSpan? Read(ObjectReader settings) =>
        settings.Integer(Name, 1, MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    public static void Write(Utf8JsonWriter writer, TimeSpan? deadline)
    {
        if (deadline is { } value)
        {
            writer.WriteNumber(Name, (long)value.TotalSeconds);
        }
    }
}
