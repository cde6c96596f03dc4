namespace Tunnel.WebFront.Tests.Conformance.Wire;

/// <summary>An HTTP/1 message as it came.</summary>
/// <param name="StartLine">The request line or the status line.</param>
/// <param name="Headers">In their order, names as they were written.</param>
/// <param name="Body">Without its chunks.</param>
/// <param name="Trailers">What followed the last chunk.</param>
/// <param name="Complete">Whether the body came to its end.</param>
internal sealed record Message(
    string StartLine,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[] Body,
    IReadOnlyList<(string Name, string Value)> Trailers,
    bool Complete)
{
    /// <summary>The code of an answer; 0 where there is none.</summary>
    public int Status => StatusOf(StartLine);

    /// <summary>The values of all headers of a name, as one (RFC 9110, section 5.2); null without any.</summary>
    public string? Header(string name) => Header(Headers, name);

    /// <inheritdoc cref="Header(string)"/>
    public static string? Header(IEnumerable<(string Name, string Value)> headers, string name)
    {
        var values = headers.Where(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    /// <summary>Whether a header lists a word.</summary>
    public bool Says(string name, string word) =>
        Header(name)?.Split(',', StringSplitOptions.TrimEntries).Contains(word, StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>The code in a status line.</summary>
    public static int StatusOf(string line) =>
        line.Split(' ') is [_, { Length: 3 } code, ..] && int.TryParse(code, out var status) ? status : 0;
}
