using System.Globalization;

namespace Tunnel.Benchmarks.Compare;

/// <summary>What the command line asked for.</summary>
internal sealed record CompareOptions
{
    /// <summary>How it is called.</summary>
    public const string Usage =
        """
        usage: compare [--rounds 5] [--peers a,b] [--measures a,b] [--duration 2] [--bin DIR] [--json FILE] [--list]
          --duration is in seconds, for each cell; --bin is a folder with published builds of bridge and portal.
        """;

    /// <summary>How often everything is measured.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Their names, null for all.</summary>
    public IReadOnlyList<string>? Peers { get; init; }

    /// <summary>Their names, null for all.</summary>
    public IReadOnlyList<string>? Measures { get; init; }

    /// <summary>How long a cell is measured, after its warm-up.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where our programs are, null for the Release build of this repository.</summary>
    public string? Binaries { get; init; }

    /// <summary>Where all figures are written.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Whether only names are asked for.</summary>
    public bool List { get; init; }

    /// <returns>Null where the words make no sense.</returns>
    public static CompareOptions? Parse(ReadOnlySpan<string> words)
    {
        var options = new CompareOptions();
        while (!words.IsEmpty)
        {
            if (words is ["--list", .. var others])
            {
                options = options with { List = true };
                words = others;
                continue;
            }

            if (words.Length < 2)
            {
                return null;
            }

            var value = words[1];
            var known = words[0] switch
            {
                "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds > 0 => options with { Rounds = rounds },
                "--duration" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 =>
                    options with { Duration = TimeSpan.FromSeconds(seconds) },
                "--peers" => options with { Peers = value.Split(',') },
                "--measures" => options with { Measures = value.Split(',') },
                "--bin" => options with { Binaries = value },
                "--json" => options with { JsonFile = value },
                _ => null,
            };
            if (known is null)
            {
                return null;
            }

            options = known;
            words = words[2..];
        }

        return options;
    }
}
