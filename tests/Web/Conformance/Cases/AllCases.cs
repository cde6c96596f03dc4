namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Every case. A new group is a file beside this one and one line here.</summary>
internal static class AllCases
{
    public static readonly IReadOnlyDictionary<string, ConformanceCase> ByName = new IEnumerable<ConformanceCase>[]
    {
        SiteCases.All,
        UriCases.All,
        MatchCases.All,
        HeaderCases.All,
        FileCases.All,
        ConditionCases.All,
        BodyCases.All,
        ConnectionCases.All,
        FramingCases.All,
        LimitCases.All,
        OwnCases.All,
        FailureCases.All,
    }.SelectMany(static group => group).ToDictionary(static one => one.Name, StringComparer.Ordinal);
}
