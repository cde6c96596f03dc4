namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>The kinds of JSON values.</summary>
internal enum ConfigNodeKind
{
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}
