namespace Tunnel.Fuzz.Engine;

/// <summary>An input that a parser did not bear.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="What">What happened, for a reader.</param>
/// <param name="File">Where the input was saved.</param>
internal sealed record Failure(string Case, string What, string File);
