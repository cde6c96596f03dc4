using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tunnel.Shared.Configuration;

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included, each from 0 to 65535.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PortRange(int First, int Last)
{
    public PortRange(int port)
        : this(port, port)
    {
    }

    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>Whether the port is in any of the ranges. Does not allocate.</summary>
    internal static bool AnyContains(ImmutableArray<PortRange> ranges, int port)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(port))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads <c>N</c> or <c>N-M</c> with N not above M.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PortRange range)
    {
        range = default;
        text = text.Trim();
        var dash = text.IndexOf('-');
        if (dash < 0)
        {
            if (!HostText.TryParsePort(text, out var port))
            {
                return false;
            }

            range = new PortRange(port);
            return true;
        }

        if (!HostText.TryParsePort(text[..dash].TrimEnd(), out var first)
            || !HostText.TryParsePort(text[(dash + 1)..].TrimStart(), out var last)
            || first > last)
        {
            return false;
        }

        range = new PortRange(first, last);
        return true;
    }

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
