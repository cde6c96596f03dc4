using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Caching;

/// <summary>Of which of the request's headers an answer is made, and the values it was made of (RFC 9111, 4.1). Immutable.</summary>
internal sealed class VaryFields
{
    // Lists in which neither case nor space counts.
    private static readonly FrozenSet<string> Lists = new[] { "accept", "accept-charset", "accept-encoding", "accept-language" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly ImmutableArray<string> _names;
    private readonly string _values;

    private VaryFields(ImmutableArray<string> names, string values) => (_names, _values) = (names, values);

    /// <summary>How many characters it holds.</summary>
    public int Size => _values.Length + _names.Sum(static name => name.Length);

    /// <summary>Those that an answer's Vary names; null for <c>*</c>, which no other request can match.</summary>
    public static VaryFields? Of(IHeaderDictionary answer, IHeaderDictionary request)
    {
        var names = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var line in answer.Vary)
        {
            foreach (var name in (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (name == "*")
                {
                    return null;
                }

                names.Add(name.ToLowerInvariant());
            }
        }

        var sorted = names.ToImmutableArray();
        return new VaryFields(sorted, Values(sorted, request));
    }

    /// <summary>Whether an answer for the one request is one for the other.</summary>
    public bool Match(IHeaderDictionary request) => string.Equals(Values(_names, request), _values, StringComparison.Ordinal);

    /// <summary>Whether both are of the same headers with the same values.</summary>
    public bool Match(VaryFields other) => _names.SequenceEqual(other._names) && string.Equals(_values, other._values, StringComparison.Ordinal);

    /// <summary>The values; of lists whose form is known without what makes no difference in them.</summary>
    private static string Values(ImmutableArray<string> names, IHeaderDictionary request)
    {
        if (names.IsEmpty)
        {
            return string.Empty;
        }

        // A value holds no line break: no two requests with different values have the same text.
        var text = new StringBuilder();
        foreach (var name in names)
        {
            foreach (var line in request[name])
            {
                if (Lists.Contains(name))
                {
                    text.AppendJoin(',', (line ?? string.Empty).ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                }
                else
                {
                    text.Append(line);
                }

                text.Append('\n');
            }

            text.Append('\r');
        }

        return text.ToString();
    }
}
