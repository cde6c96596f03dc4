using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads one item of <c>routing.balancers</c>.</summary>
internal static class BalancerReader
{
    /// <summary>Beyond it nobody counts; it is only here so that a typing error shows.</summary>
    private const int MaxMaxFails = 1_000_000;

    /// <summary>Less would be over before the next connection.</summary>
    private static readonly TimeSpan MinFailTimeout = TimeSpan.FromMilliseconds(100);

    private static readonly (string Word, BalancerStrategy Strategy)[] Words =
    [
        ("random", BalancerStrategy.Random),
        ("roundRobin", BalancerStrategy.RoundRobin),
        ("leastPing", BalancerStrategy.LeastPing),
        ("leastLoad", BalancerStrategy.LeastLoad),
        ("hash", BalancerStrategy.Hash),
    ];

    public static string WordOf(BalancerStrategy strategy) => Words.First(item => item.Strategy == strategy).Word;

    public static void Read(ObjectReader balancer, ConfigDraft draft)
    {
        var tag = balancer.String("tag") ?? string.Empty;
        if (tag.Length == 0)
        {
            balancer.Missing("tag", "set a name for rules to use with 'balancerTag'");
        }

        var selectors = balancer.Strings("selector");
        if (selectors.Count == 0)
        {
            balancer.Missing("selector", "list how the tags of its outbounds begin, such as [\"out\"]");
        }

        var defaults = new BalancerConfig { Tag = tag };
        var fallback = balancer.String("fallbackTag");
        var result = defaults with
        {
            Selectors = [.. selectors.Select(static item => item.Text)],
            Strategy = balancer.Object("strategy") is { } strategy ? ReadStrategy(strategy) : defaults.Strategy,
            FallbackTag = string.IsNullOrEmpty(fallback) ? null : fallback,
            MaxFails = balancer.Integer("maxFails", 0, MaxMaxFails) ?? defaults.MaxFails,
            FailTimeout = DurationField.Read(balancer, "failTimeout", MinFailTimeout) ?? defaults.FailTimeout,
        };
        balancer.End();
        draft.Balancers.Add(result);
        draft.BalancerTags.Add(new TextItem(tag, balancer.Find("tag") ?? balancer.Node));
        if (result.FallbackTag is not null)
        {
            draft.OutboundTagUses.Add(new TextItem(result.FallbackTag, balancer.Find("fallbackTag")!));
        }

        if (selectors.Count > 0)
        {
            draft.BalancerNodes.Add((result, balancer.Find("selector")!));
        }
    }

    private static BalancerStrategy ReadStrategy(ObjectReader strategy)
    {
        var type = strategy.String("type")?.Trim() ?? string.Empty;
        var known = Array.Find(Words, item => string.Equals(item.Word, type, StringComparison.OrdinalIgnoreCase));
        if (known.Word is null && type.Length > 0)
        {
            var words = Words.Select(static item => item.Word).ToList();
            strategy.Problems.Error(
                strategy.Find("type")!, $"found '{Describe.Shorten(type)}', expected one of {Describe.List(words)}{NearestName.Hint(type, words)}");
        }

        if (strategy.Object("settings") is { } settings)
        {
            // How V2Ray weighs; here the fewest connections count.
            settings.Ignore("expected", "maxRTT", "tolerance", "baselines", "costs", "observerTag", "aliveOnly");
            settings.End();
        }

        strategy.End();
        return known.Strategy;
    }
}
