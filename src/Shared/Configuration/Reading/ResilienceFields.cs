using System.Text.Json;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>
/// <c>resumeWithin</c> and <c>deadAfter</c> of protocol <c>tunnel</c>, on either side: how long a session is kept when its
/// connection is lost, and when a silent connection counts as lost.
/// </summary>
internal static class ResilienceFields
{
    private const string ResumeWithin = "resumeWithin";
    private const string DeadAfter = "deadAfter";

    private static readonly TimeSpan ShortestDeadAfter = TimeSpan.FromSeconds(3);

    public static InterconnectSettings Read(ObjectReader settings) => new()
    {
        ResumeWithin = DurationField.Read(settings, ResumeWithin, TimeSpan.Zero) ?? InterconnectSettings.Default.ResumeWithin,
        DeadAfter = DurationField.Read(settings, DeadAfter, ShortestDeadAfter) ?? InterconnectSettings.Default.DeadAfter,
    };

    public static void Write(Utf8JsonWriter writer, InterconnectSettings settings)
    {
        if (settings.ResumeWithin != InterconnectSettings.Default.ResumeWithin)
        {
            writer.WriteString(ResumeWithin, DurationText.Format(settings.ResumeWithin));
        }

        if (settings.DeadAfter != InterconnectSettings.Default.DeadAfter)
        {
            writer.WriteString(DeadAfter, DurationText.Format(settings.DeadAfter));
        }
    }
}
