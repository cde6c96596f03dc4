using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>A text with variables in it, <c>https://$host$request_uri</c>; <c>${name}</c> where a letter follows. A <c>$</c> before anything else is itself.</summary>
public sealed record WebTemplate
{
    private const string HeaderPrefix = "http_";

    private static readonly ImmutableSortedDictionary<string, WebVariable> Variables = ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal,
        new Dictionary<string, WebVariable>
        {
            ["host"] = WebVariable.Host,
            ["remote_addr"] = WebVariable.RemoteAddress,
            ["remote_port"] = WebVariable.RemotePort,
            ["remote_user"] = WebVariable.RemoteUser,
            ["scheme"] = WebVariable.Scheme,
            ["server_port"] = WebVariable.ServerPort,
            ["request_uri"] = WebVariable.RequestUri,
            ["request_method"] = WebVariable.Method,
            ["uri"] = WebVariable.Uri,
            ["args"] = WebVariable.Arguments,
            ["query_string"] = WebVariable.Arguments,
            ["is_args"] = WebVariable.IsArguments,
            ["proxy_add_x_forwarded_for"] = WebVariable.ForwardedFor,
            ["proxy_host"] = WebVariable.ProxyHost,
        });

    private WebTemplate(string text, ImmutableArray<WebTemplatePart> parts)
    {
        Text = text;
        Parts = parts;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>In order.</summary>
    public ImmutableArray<WebTemplatePart> Parts { get; }

    /// <summary>Whether it stands for the same text always.</summary>
    public bool IsConstant => Parts.All(static part => part.Variable == WebVariable.None);

    /// <summary>Reads a template; fails for a variable that there is not.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WebTemplate? template, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        (template, error) = (null, null);
        var parts = ImmutableArray.CreateBuilder<WebTemplatePart>();
        var start = 0;
        var index = 0;
        while ((index = text.IndexOf('$', index)) >= 0)
        {
            var (name, end) = NameAt(text, index + 1);
            if (name.Length == 0)
            {
                index++;
                continue;
            }

            if (Of(name) is not { } part)
            {
                error = $"there is no variable '${Describe.Shorten(name)}'{NearestName.Hint(name, Variables.Keys)} (there are: {Describe.List(Variables.Keys.Select(static key => "$" + key))}, $http_NAME)";
                return false;
            }

            AddText(index);
            parts.Add(part);
            start = index = end;
        }

        AddText(text.Length);
        template = new WebTemplate(text, parts.ToImmutable());
        return true;

        void AddText(int end)
        {
            if (end > start)
            {
                parts.Add(new WebTemplatePart(WebVariable.None, text[start..end]));
            }
        }
    }

    /// <summary>By what it says; its parts follow from it.</summary>
    public bool Equals(WebTemplate? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public override string ToString() => Text;

    private static WebTemplatePart? Of(string name)
    {
        if (Variables.TryGetValue(name, out var variable))
        {
            return new WebTemplatePart(variable, name);
        }

        if (name.StartsWith(HeaderPrefix, StringComparison.Ordinal) && name.Length > HeaderPrefix.Length)
        {
            return new WebTemplatePart(WebVariable.Header, name[HeaderPrefix.Length..].Replace('_', '-'));
        }

        return char.IsAsciiDigit(name[0]) ? new WebTemplatePart(WebVariable.Capture, name) : null;
    }

    /// <summary>The variable's name behind a dollar sign, and where it ends; an empty name where there is none.</summary>
    private static (string Name, int End) NameAt(string text, int start)
    {
        if (start < text.Length && text[start] is >= '1' and <= '9')
        {
            return (text[start..(start + 1)], start + 1);
        }

        var inBraces = start < text.Length && text[start] == '{';
        var first = inBraces ? start + 1 : start;
        var end = first;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        if (end == first || char.IsAsciiDigit(text[first]) || (inBraces && (end == text.Length || text[end] != '}')))
        {
            return (string.Empty, start);
        }

        return (text[first..end].ToLowerInvariant(), inBraces ? end + 1 : end);
    }
}
