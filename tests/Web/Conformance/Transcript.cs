using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunnel.WebFront.Tests.Conformance.Wire;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>
/// A case as it went with one front, in lines that another front's can be compared with: what the visitor saw, and what the target saw.
/// </summary>
/// <remarks>
/// What is left out everywhere, because it says nothing of a front's correctness: the date, the server's name, the order of different
/// headers and the case of their names, and the headers of the connection, of which it is compared whether the connection is kept. Values
/// of one header that stand in several lines are compared as one list, in their order (RFC 9110, section 5.2); cookies are not. A page
/// that the front itself wrote for a status from 300 on is not compared, with the headers that describe it: its words are the front's own,
/// and some refuse without a word. Whether a body goes with a length or in chunks is a matter of each connection; what is compared is the
/// body, and a length that is not its own. Entity tags and boundaries that a front made up are compared by their kind.
/// </remarks>
internal sealed class Transcript
{
    private const int ShownBytes = 160;

    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Connection", "Keep-Alive", "Transfer-Encoding",
    };

    // Of a page that the front itself wrote.
    private static readonly HashSet<string> LeftOfPages = new(StringComparer.OrdinalIgnoreCase) { "Content-Type", "Content-Length", "Cache-Control", "Tunnel-Error" };

    private readonly List<string> _lines = [];
    private readonly IReadOnlyList<(string Found, string Name)> _names;

    public Transcript(ConformanceCase asked, Exchange exchange, IReadOnlyList<Message> requests, IReadOnlyList<(string Found, string Name)> names)
    {
        _names = names;
        foreach (var (number, answer) in exchange.Answers.Index())
        {
            AddAnswer($"answer {number + 1}", answer, asked, requests.Count);
        }

        if (exchange.Tunnelled is { } tunnelled)
        {
            Add("tunnel", Shown(tunnelled));
        }

        if (exchange.Extra.Length > 0)
        {
            // Of answers that nobody waited for the number says enough.
            var answers = Encoding.Latin1.GetString(exchange.Extra).Split("HTTP/1.1 ").Length - 1;
            Add("after the last answer", answers > 0 ? $"{answers} more" : Shown(exchange.Extra));
        }

        Add("connection", exchange.Connection);
        foreach (var (number, request) in requests.Index())
        {
            AddRequest($"target {number + 1}", request);
        }
    }

    /// <summary>Each with what it is about in front.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', _lines.Select(static line => $"  {line}"));

    private static string Shown(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, ShownBytes));
        return bytes.Length <= ShownBytes
            ? $"{bytes.Length} bytes \"{text}\""
            : $"{bytes.Length} bytes \"{text}…\" {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }

    /// <summary>What a front chooses as it likes gets a name: entity tags, of which the strength counts, and what stands between parts.</summary>
    private static Message OfFront(Message answer)
    {
        const string Boundary = "boundary=";
        var headers = answer.Headers.Select(static header => string.Equals(header.Name, "ETag", StringComparison.OrdinalIgnoreCase)
            ? (header.Name, header.Value.StartsWith('"') ? "strong" : header.Value.StartsWith("W/\"", StringComparison.Ordinal) ? "weak" : header.Value)
            : header);
        if (answer.Header("Content-Type") is not { } type || type.IndexOf(Boundary, StringComparison.Ordinal) is not (>= 0 and var start))
        {
            return answer with { Headers = [.. headers] };
        }

        var boundary = type[(start + Boundary.Length)..];
        return answer with
        {
            Headers = [.. WithoutOwnLength(answer with { Headers = [.. headers] }).Select(header => (header.Name, header.Value.Replace(boundary, "BOUNDARY", StringComparison.Ordinal)))],
            Body = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(answer.Body).Replace(boundary, "BOUNDARY", StringComparison.Ordinal)),
        };
    }

    private static IEnumerable<(string Name, string Value)> WithoutOwnLength(Message message) => message.Headers.Where(header =>
        !string.Equals(header.Name, "Content-Length", StringComparison.OrdinalIgnoreCase)
        || !string.Equals(header.Value, message.Body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private static string Escaped(IEnumerable<char> characters) => string.Concat(
        characters.Select(static c => c is >= ' ' and < '\x7F' ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}")));

    private void AddAnswer(string about, Message answer, ConformanceCase asked, int requests)
    {
        Add(about, answer.Status == 0 ? $"no HTTP/1 answer: {answer.StartLine}" : answer.Status.ToString(CultureInfo.InvariantCulture));
        var isPage = answer.Status >= 300
            && (requests == 0 || asked.Target.All(script => Message.StatusOf(script.Bytes.Split('\r')[0]) != answer.Status));
        if (isPage && !asked.ComparesPage)
        {
            AddHeaders(about, answer.Headers.Where(static header => !LeftOfPages.Contains(header.Name)));
            return;
        }

        answer = requests == 0 ? OfFront(answer) : answer;
        AddHeaders(about, asked.Request.StartsWith("HEAD ", StringComparison.Ordinal) ? answer.Headers : WithoutOwnLength(answer));

        Add(about, $"body {Shown(answer.Body)}{(answer.Complete ? string.Empty : ", cut short")}");
        AddTrailers(about, answer);
    }

    private void AddRequest(string about, Message request)
    {
        Add(about, request.StartLine);
        AddHeaders(about, WithoutOwnLength(request));
        Add(about, $"body {Shown(request.Body)}");
        AddTrailers(about, request);

        // Whether a front keeps its connections to a target is its own affair; what else the header says is the target's.
        if (request.Header("Connection")?.ToLowerInvariant() is { } connection and not "keep-alive" and not "close")
        {
            Add(about, $"connection: {connection}");
        }
    }

    private void AddHeaders(string about, IEnumerable<(string Name, string Value)> headers)
    {
        foreach (var group in headers.Where(static header => !Left.Contains(header.Name))
            .GroupBy(static header => header.Name, StringComparer.OrdinalIgnoreCase).OrderBy(static group => group.Key, StringComparer.OrdinalIgnoreCase))
        {
            var name = group.Key.ToLowerInvariant();
            if (string.Equals(name, "set-cookie", StringComparison.Ordinal))
            {
                foreach (var (_, value) in group)
                {
                    Add(about, $"{name}: {value}");
                }

                continue;
            }

            // RFC 6265, section 5.4, has its own sign between cookies.
            var sign = string.Equals(name, "cookie", StringComparison.Ordinal) ? "; " : ", ";
            Add(about, $"{name}: {string.Join(sign, group.Select(static header => header.Value))}");
        }
    }

    private void AddTrailers(string about, Message message)
    {
        foreach (var (name, value) in message.Trailers)
        {
            Add(about, $"trailer {name.ToLowerInvariant()}: {value}");
        }
    }

    private void Add(string about, string text)
    {
        foreach (var (found, name) in _names)
        {
            text = text.Replace(found, name, StringComparison.Ordinal);
        }

        _lines.Add($"{about}: {Escaped(text)}");
    }
}
