using System.Runtime.InteropServices;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Routing.Attributes;

/// <summary>A piece of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a text what it means.</param>
/// <param name="Column">Where it begins, from 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AttributeToken(AttributeTokenKind Kind, string Text, int Column)
{
    public bool Is(string sign) => Kind is AttributeTokenKind.Sign or AttributeTokenKind.Word && string.Equals(Text, sign, StringComparison.Ordinal);

    /// <summary>What a message says was found.</summary>
    public string Found => Kind switch
    {
        AttributeTokenKind.End => "its end",
        AttributeTokenKind.Text => $"the text '{Describe.Shorten(Text)}'",
        _ => $"'{Describe.Shorten(Text)}'",
    };
}
