namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>The differences that are right, in one place. One that is gone has to go from here too.</summary>
internal static class AllowedDifferences
{
    public static readonly IReadOnlyList<AllowedDifference> All =
    [
    ];
}
