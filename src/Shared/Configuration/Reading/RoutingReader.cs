using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>routing</c> object.</summary>
internal static class RoutingReader
{
    public static void Read(ObjectReader? routing, ConfigDraft draft)
    {
        if (routing is null)
        {
            return;
        }

        ReadStrategy(routing);
        ReadRules(routing, draft);

        // V2Ray's old wrapper; its rules follow the others.
        if (routing.Object("settings") is { } settings)
        {
            ReadStrategy(settings);
            ReadRules(settings, draft);
            settings.End();
        }

        foreach (var balancer in routing.Objects("balancers"))
        {
            BalancerReader.Read(balancer, draft);
        }

        // An old field with one possible value.
        _ = routing.Find("strategy");
        routing.Ignore("domainMatcher");
        routing.End();
    }

    private static void ReadStrategy(ObjectReader routing)
    {
        if (routing.Word("domainStrategy") is { } strategy && strategy is not ("asis" or "alwaysip"))
        {
            routing.Ignore("domainStrategy");
        }
    }

    private static void ReadRules(ObjectReader routing, ConfigDraft draft)
    {
        foreach (var rule in routing.Objects("rules"))
        {
            if (rule.Node.Kind == ConfigNodeKind.Object)
            {
                draft.Rules.Add(RuleReader.Read(rule, draft));
            }
        }
    }
}
