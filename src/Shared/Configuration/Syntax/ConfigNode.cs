using System.Globalization;

namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>One JSON value and its place in the document.</summary>
internal sealed class ConfigNode
{
    private const int MaxNameInPath = 60;

    private readonly ConfigNode? _parent;
    private readonly string? _name;
    private readonly int _index;

    private ConfigNode(ConfigNodeKind kind, int offset, ConfigNode? parent, string? name, int index, string text)
    {
        Kind = kind;
        Offset = offset;
        _parent = parent;
        _name = name;
        _index = index;
        Text = text;
    }

    public ConfigNodeKind Kind { get; }

    /// <summary>Where the value begins, in bytes.</summary>
    public int Offset { get; }

    /// <summary>A string's value or a number's digits as written; otherwise empty.</summary>
    public string Text { get; }

    /// <summary>An object's fields in the order of the document, duplicates included.</summary>
    public List<ConfigMember> Members { get; } = [];

    /// <summary>An array's items.</summary>
    public List<ConfigNode> Items { get; } = [];

    /// <summary>The place as a JSON path, <c>$.inbounds[0].port</c>. Made when asked for: most values have no problem.</summary>
    public string Path => _parent is null
        ? "$"
        : _name is null
            ? string.Create(CultureInfo.InvariantCulture, $"{_parent.Path}[{_index}]")
            : $"{_parent.Path}.{Describe.Shorten(_name, MaxNameInPath)}";

    /// <summary>What a message says was found. Never use it in the place of a secret.</summary>
    public string Found => Kind switch
    {
        ConfigNodeKind.Object => "an object",
        ConfigNodeKind.Array => "an array",
        ConfigNodeKind.String => $"the string '{Describe.Shorten(Text)}'",
        ConfigNodeKind.Number => $"the number {Describe.Shorten(Text)}",
        ConfigNodeKind.True => "true",
        ConfigNodeKind.False => "false",
        _ => "null",
    };

    public static ConfigNode Root(ConfigNodeKind kind, int offset, string text) => new(kind, offset, null, null, 0, text);

    public ConfigNode Field(string name, ConfigNodeKind kind, int offset, string text) => new(kind, offset, this, name, 0, text);

    public ConfigNode Item(int index, ConfigNodeKind kind, int offset, string text) => new(kind, offset, this, null, index, text);

    /// <summary>An empty object in the place of a field that is absent, so that what is missing in it can be named.</summary>
    public ConfigNode AbsentObject(string name) => Field(name, ConfigNodeKind.Object, Offset, string.Empty);
}
