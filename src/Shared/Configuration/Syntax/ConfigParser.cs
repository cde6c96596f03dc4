using System.Text.Json;

namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>
/// Reads the JSON of a configuration into nodes that know their place. Beyond JSON it takes comments, trailing commas and a
/// byte order mark, and, like V2Ray's loader, it ignores what follows the first value.
/// </summary>
internal static class ConfigParser
{
    /// <summary>Deeper than any configuration, shallow enough for recursion.</summary>
    private const int MaxDepth = 64;

    /// <summary>Bounds the memory that a hostile 16 MiB file can take; a node costs some 150 bytes.</summary>
    private const int MaxNodes = 500_000;

    /// <summary>The top-level value; null after one error when the text is not JSON.</summary>
    public static ConfigNode? Parse(SourceText source, ProblemList problems)
    {
        if (source.Bytes.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            problems.ErrorAt(0, "$", "the file is UTF-16; save it as UTF-8");
            return null;
        }

        var text = source.Bytes.ToArray();
        var openComment = CommentBlanker.Blank(text);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            AllowMultipleValues = true,
            AllowTrailingCommas = true,
            MaxDepth = MaxDepth,
        });
        try
        {
            if (!reader.Read())
            {
                problems.ErrorAt(0, "$", "the file is empty; an empty configuration is '{}'");
                return null;
            }

            var remaining = MaxNodes;
            var root = ConfigNode.Root(KindOf(reader.TokenType), (int)reader.TokenStartIndex, TextOf(ref reader));
            Fill(root, ref reader, ref remaining);
            return root;
        }
        catch (JsonException exception)
        {
            if (openComment >= 0)
            {
                problems.ErrorAt(openComment, "$", "not valid JSON: this comment is never closed; add '*/'");
            }
            else
            {
                var offset = source.OffsetOf(exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
                problems.ErrorAt(offset, "$", "not valid JSON: " + Reason(exception));
            }
        }
        catch (InvalidOperationException)
        {
            problems.ErrorAt((int)reader.TokenStartIndex, "$", "not valid JSON: this text is not valid UTF-8 or Unicode; save the file as UTF-8");
        }

        return null;
    }

    private static void Fill(ConfigNode node, ref Utf8JsonReader reader, ref int remaining)
    {
        if (--remaining < 0)
        {
            throw new JsonException($"The file has more than {MaxNodes} values.", null, null, null);
        }

        if (node.Kind == ConfigNodeKind.Object)
        {
            while (Next(ref reader) && reader.TokenType != JsonTokenType.EndObject)
            {
                var nameOffset = (int)reader.TokenStartIndex;
                var name = reader.GetString() ?? string.Empty;
                Next(ref reader);
                var value = node.Field(name, KindOf(reader.TokenType), (int)reader.TokenStartIndex, TextOf(ref reader));
                node.Members.Add(new ConfigMember(name, nameOffset, value));
                Fill(value, ref reader, ref remaining);
            }
        }
        else if (node.Kind == ConfigNodeKind.Array)
        {
            while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
            {
                var item = node.Item(node.Items.Count, KindOf(reader.TokenType), (int)reader.TokenStartIndex, TextOf(ref reader));
                node.Items.Add(item);
                Fill(item, ref reader, ref remaining);
            }
        }
    }

    private static bool Next(ref Utf8JsonReader reader) =>
        reader.Read() ? true : throw new JsonException("The file ends in the middle of a value.");

    private static ConfigNodeKind KindOf(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => ConfigNodeKind.Object,
        JsonTokenType.StartArray => ConfigNodeKind.Array,
        JsonTokenType.String => ConfigNodeKind.String,
        JsonTokenType.Number => ConfigNodeKind.Number,
        JsonTokenType.True => ConfigNodeKind.True,
        JsonTokenType.False => ConfigNodeKind.False,
        _ => ConfigNodeKind.Null,
    };

    private static string TextOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString() ?? string.Empty,
        JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
        _ => string.Empty,
    };

    private static string Reason(JsonException exception)
    {
        // The parser would repeat the unquoted word, which might be a key.
        if (exception.Message.Contains("literal", StringComparison.Ordinal))
        {
            return "an unquoted word that is not true, false or null; put text in double quotes";
        }

        // The position follows the reason in the parser's message; here it goes in front.
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return Describe.Shorten(end < 0 ? exception.Message : exception.Message[..end], 200);
    }
}
