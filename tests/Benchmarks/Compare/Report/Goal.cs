using System.Globalization;

namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>What a row's figure of one peer should be.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Bound">The worst figure that is good enough, or the worst ratio.</param>
/// <param name="Against">The peer of whose figure <paramref name="Bound"/> is a ratio, null where it is a figure.</param>
internal sealed record Goal(string Peer, bool AtLeast, double Bound, string? Against = null)
{
    private const string Plain = "tunnel-plain";
    private const string Tls = "tunnel-tls";

    /// <summary>The same figure for both of ours.</summary>
    public static Goal[] Both(bool atLeast, double bound, string? against = null) => Each(atLeast, bound, bound, against);

    /// <summary>One for each of ours.</summary>
    public static Goal[] Each(bool atLeast, double plain, double tls, string? against = null) =>
        [new(Plain, atLeast, plain, against), new(Tls, atLeast, tls, against)];

    /// <summary>That resumable sessions cost little more than those that are not.</summary>
    public static Goal[] LinkOverhead(double ratio) => [new(Plain, false, ratio, Plain + "-nolink"), new(Tls, false, ratio, Tls + "-nolink")];

    /// <summary>What is compared with the bound; null where a figure is missing.</summary>
    public double? Reached(Func<string, double?> figureOf) => Against is null ? figureOf(Peer) : figureOf(Peer) / figureOf(Against);

    /// <summary>Whether it is good enough.</summary>
    public bool IsMetBy(double reached) => AtLeast ? reached >= Bound : reached <= Bound;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Peer.Replace("tunnel-", "", StringComparison.Ordinal)} {(AtLeast ? ">=" : "<=")} {Bound}{(Against is null ? "" : $" x {Against}")}");
}
