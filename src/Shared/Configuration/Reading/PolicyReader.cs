using System.Globalization;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>policy</c> object.</summary>
internal static class PolicyReader
{
    /// <summary>A timer cannot wait longer than some 49 days; nobody wants a connection to.</summary>
    private const int MaxSeconds = 40 * 86400;

    public static PolicyConfig Read(ObjectReader? policy)
    {
        if (policy is null)
        {
            return new PolicyConfig();
        }

        var levels = new SortedDictionary<int, PolicyLevelConfig>();
        if (policy.Object("levels") is { } items)
        {
            foreach (var name in items.Names)
            {
                ReadLevel(items, name, levels);
            }
        }

        policy.Ignore("system");
        policy.End();
        return new PolicyConfig { Levels = [.. levels.Values] };
    }

    private static void ReadLevel(ObjectReader items, string name, SortedDictionary<int, PolicyLevelConfig> levels)
    {
        if (items.Object(name) is not { } level)
        {
            return;
        }

        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            level.Problems.Error(level.Node, $"'{Describe.Shorten(name)}' is not a level; levels are numbers from 0, in quotes");
        }

        // Read whatever its name is, so that all that is wrong in it is named at once.
        levels[number] = new PolicyLevelConfig
        {
            Level = number,
            Handshake = Seconds(level, "handshake"),
            ConnectionIdle = Seconds(level, "connIdle"),
            UplinkOnly = Seconds(level, "uplinkOnly"),
            DownlinkOnly = Seconds(level, "downlinkOnly"),
            BufferKibibytes = level.Integer("bufferSize", int.MinValue, int.MaxValue),
        };
        level.Ignore("statsUserUplink", "statsUserDownlink");
        level.End();
    }

    private static TimeSpan? Seconds(ObjectReader level, string name) =>
        level.Integer(name, 0, MaxSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
