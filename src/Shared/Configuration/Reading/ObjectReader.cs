using System.Globalization;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>
/// Reads the fields of one object by name, complains about wrong types, and at its <see cref="End"/> about every field that
/// nobody asked for. Names are matched without regard to case, the later of two wins, and null is like absent, as in V2Ray.
/// </summary>
internal sealed class ObjectReader
{
    private readonly Dictionary<string, ConfigMember> _members = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A node that is not an object is complained about and read as an empty one.</summary>
    public ObjectReader(ConfigNode node, ProblemList problems)
    {
        Node = node;
        Problems = problems;
        if (node.Kind != ConfigNodeKind.Object)
        {
            // What stands here instead may be a key, so it is not repeated.
            var found = node.Kind == ConfigNodeKind.String ? "a string" : node.Found;
            problems.Error(node, $"found {found}, expected an object, '{{ … }}'");
            return;
        }

        foreach (var member in node.Members)
        {
            if (_members.ContainsKey(member.Name))
            {
                problems.Warning(member.Value, $"'{Describe.Shorten(member.Name)}' is given more than once; the last one is used");
            }

            _members[member.Name] = member;
        }
    }

    public ConfigNode Node { get; }

    public ProblemList Problems { get; }

    /// <summary>The names of all fields as they are written; of two that differ in case only, the first.</summary>
    public IEnumerable<string> Names => Node.Members.Select(static member => member.Name).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The field's value; null when it is absent or null.</summary>
    public ConfigNode? Find(string name)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out var member) && member.Value.Kind != ConfigNodeKind.Null ? member.Value : null;
    }

    /// <summary>The field's text; null when it is absent or not a string.</summary>
    public string? String(string name)
    {
        var node = Find(name);
        return node is not null && Expect(node, ConfigNodeKind.String, "a string in double quotes") ? node.Text : null;
    }

    /// <summary>The field's text trimmed and in lower case; null when it is absent, empty or not a string.</summary>
    public string? Word(string name)
    {
        var text = String(name)?.Trim().ToLowerInvariant();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>Whether the field is true.</summary>
    public bool Flag(string name)
    {
        var node = Find(name);
        if (node is not null && node.Kind is not (ConfigNodeKind.True or ConfigNodeKind.False))
        {
            Problems.Error(node, $"found {node.Found}, expected true or false without quotes");
        }

        return node?.Kind == ConfigNodeKind.True;
    }

    /// <summary>The field's whole number; null when it is absent, not a number or out of range.</summary>
    public int? Integer(string name, int min, int max)
    {
        var node = Find(name);
        if (node is null)
        {
            return null;
        }

        if (node.Kind == ConfigNodeKind.Number
            && int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min
            && value <= max)
        {
            return value;
        }

        var quoted = node.Kind == ConfigNodeKind.String && int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        Problems.Error(node, $"found {node.Found}, expected a whole number from {min} to {max}{(quoted ? "; remove the quotes" : string.Empty)}");
        return null;
    }

    /// <summary>The field's object; null when it is absent.</summary>
    public ObjectReader? Object(string name) => Find(name) is { } node ? new ObjectReader(node, Problems) : null;

    /// <summary>The field's object, or an empty one in its place.</summary>
    public ObjectReader ObjectOrEmpty(string name) => new(Find(name) ?? Node.AbsentObject(name), Problems);

    /// <summary>The items of the field's array; none when it is absent.</summary>
    public IReadOnlyList<ConfigNode> Items(string name)
    {
        var node = Find(name);
        return node is not null && Expect(node, ConfigNodeKind.Array, "an array, '[ … ]'") ? node.Items : [];
    }

    /// <summary>The objects of the field's array; none when it is absent.</summary>
    public IReadOnlyList<ObjectReader> Objects(string name) => [.. Items(name).Select(node => new ObjectReader(node, Problems))];

    /// <summary>V2Ray's StringList: an array of strings, or one string that is split at commas. Nulls are skipped.</summary>
    public IReadOnlyList<TextItem> Strings(string name)
    {
        var node = Find(name);
        if (node is null)
        {
            return [];
        }

        if (node.Kind == ConfigNodeKind.String)
        {
            return node.Text.Length == 0 ? [] : [.. node.Text.Split(',').Select(text => new TextItem(text, node))];
        }

        return Texts(node, "an array of strings, or one string with commas");
    }

    /// <summary>One string that is taken whole, or an array of them; a number counts as its digits.</summary>
    public IReadOnlyList<TextItem> OneOrMore(string name)
    {
        var node = Find(name);
        return node switch
        {
            null => [],
            { Kind: ConfigNodeKind.String or ConfigNodeKind.Number } => [new TextItem(node.Text, node)],
            _ => Texts(node, "a string, or an array of strings", numbers: true),
        };
    }

    /// <summary>Notes fields that V2Ray knows and this program ignores.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is { } node)
            {
                Problems.Ignored(node);
            }
        }
    }

    /// <summary>Complains at the object about something that is not there or empty; what is no object at all has been complained about.</summary>
    public void Missing(string name, string advice)
    {
        if (Node.Kind == ConfigNodeKind.Object)
        {
            Problems.Error(Find(name) ?? Node, $"'{name}' is {(Find(name) is null ? "missing" : "empty")}; {advice}");
        }
    }

    /// <summary>Complains about every field that was not asked for.</summary>
    public void End()
    {
        foreach (var member in Node.Members)
        {
            if (!_known.Contains(member.Name))
            {
                Problems.Unknown(member, _known);
            }
        }
    }

    private List<TextItem> Texts(ConfigNode node, string expected, bool numbers = false)
    {
        var texts = new List<TextItem>();
        if (Expect(node, ConfigNodeKind.Array, expected))
        {
            foreach (var item in node.Items.Where(static item => item.Kind != ConfigNodeKind.Null))
            {
                if ((numbers && item.Kind == ConfigNodeKind.Number) || Expect(item, ConfigNodeKind.String, "a string in double quotes"))
                {
                    texts.Add(new TextItem(item.Text, item));
                }
            }
        }

        return texts;
    }

    private bool Expect(ConfigNode node, ConfigNodeKind kind, string expected)
    {
        if (node.Kind == kind)
        {
            return true;
        }

        Problems.Error(node, $"found {node.Found}, expected {expected}");
        return false;
    }
}
