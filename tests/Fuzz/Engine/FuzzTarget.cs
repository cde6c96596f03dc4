namespace Tunnel.Fuzz.Engine;

/// <summary>Parsers that belong together and are fuzzed in turn by one worker.</summary>
/// <param name="Name">As the command line and the report name it.</param>
/// <param name="Covers">What is fuzzed, for a reader of the list.</param>
/// <param name="Cases">The parsers, at least one.</param>
internal sealed record FuzzTarget(string Name, string Covers, IReadOnlyList<FuzzCase> Cases);
