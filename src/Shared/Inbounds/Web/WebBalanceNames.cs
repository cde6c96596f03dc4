using System.Collections.Immutable;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>How <see cref="WebBalance"/> is written.</summary>
internal static class WebBalanceNames
{
    private static readonly ImmutableArray<(string Name, WebBalance Value)> All =
    [
        ("roundRobin", WebBalance.RoundRobin),
        ("leastRequests", WebBalance.LeastRequests),
        ("hash", WebBalance.Hash),
        ("sticky", WebBalance.Sticky),
    ];

    public static IEnumerable<string> Names => All.Select(static item => item.Name);

    public static string Of(WebBalance balance) => All.First(item => item.Value == balance).Name;

    public static WebBalance? Find(string name)
    {
        foreach (var (known, value) in All)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
