using Tunnel.Fuzz.Engine;

namespace Tunnel.Fuzz.Targets;

/// <summary>Every parser of bytes that come from elsewhere.</summary>
internal static class AllTargets
{
    /// <summary>All targets. <c>.ci/run</c> gives each of them a minute, so parsers that belong together share one.</summary>
    public static IReadOnlyList<FuzzTarget> List { get; } =
    [
        MuxFramesTarget.Create(),
        MuxSessionTarget.Create(),
        LinkTarget.Create(),
        CoolFramesTarget.Create(),
        CoolSessionTarget.Create(),
        DatagramsTarget.Create(),
        HandshakeTarget.Create(),
        VMessHeaderTarget.Create(),
        VMessBodyTarget.Create(),
        WebSocketTarget.Create(),
        HttpTarget.Create(),
        HttpProxyTarget.Create(),
        SocksServerTarget.Create(),
        SocksClientTarget.Create(),
        ProxyProtocolTarget.Create(),
        SniffTarget.Create(),
        TextsTarget.Create(),
        RulesTarget.Create(),
        ConfigTarget.Create(),
        WebFrontTarget.Create(),
    ];
}
