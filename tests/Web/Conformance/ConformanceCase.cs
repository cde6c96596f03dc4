using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>One question to both fronts: what a visitor sends, and how the target behaves.</summary>
/// <param name="Name">Group and what is asked, such as <c>uri/encoded-slash</c>.</param>
/// <param name="Request">
/// The bytes, one character each. <c>{port}</c> stands for the front's port, <c>{etag}</c> for the entity tag that the front gives to
/// <c>/file.txt</c> of <c>files.test</c>.
/// </param>
internal sealed record ConformanceCase(string Name, string Request)
{
    /// <summary>What the target does with its requests, one after the other; the last again and again.</summary>
    public TargetAnswer[] Target { get; init; } = [TargetAnswer.Ok];

    /// <summary>How many final answers the visitor waits for.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>What the visitor sends when 100 or 101 has come.</summary>
    public string? Later { get; init; }

    /// <summary>Whether the front has to close the connection, whatever its answer says of that.</summary>
    public bool MustClose { get; init; }

    /// <summary>Whether the visitor comes from an address that is no trusted proxy.</summary>
    public bool Stranger { get; init; }

    /// <summary>Whether a page that the front wrote is compared too, because its words were configured.</summary>
    public bool ComparesPage { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
