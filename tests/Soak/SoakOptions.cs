using System.Globalization;

namespace Tunnel.Soak;

/// <summary>What the command line says.</summary>
/// <param name="Time">How long faults strike.</param>
/// <param name="Seed">Chooses load and faults. The same seed gives the same choices; what they meet depends on the machine.</param>
internal sealed record SoakOptions(TimeSpan Time, int Seed)
{
    public const string Usage =
        """
        usage: soak [--time DURATION] [--seed NUMBER]
          --time  how long faults strike: 90s, 30m, 2h (default 60s)
          --seed  chooses load and faults (default: by chance, and printed)
        """;

    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(60);

    /// <summary>Null where the arguments are wrong.</summary>
    public static SoakOptions? Parse(ReadOnlySpan<string> args)
    {
        var options = new SoakOptions(DefaultTime, Random.Shared.Next());
        while (args is [var name, var value, .. var rest])
        {
            if (name is "--time" && TryDuration(value, out var time))
            {
                options = options with { Time = time };
            }
            else if (name is "--seed" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            {
                options = options with { Seed = seed };
            }
            else
            {
                return null;
            }

            args = rest;
        }

        return args.IsEmpty ? options : null;
    }

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        var known = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        duration = text.LastOrDefault() switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            _ => TimeSpan.Zero,
        };
        return known && duration > TimeSpan.Zero;
    }
}
