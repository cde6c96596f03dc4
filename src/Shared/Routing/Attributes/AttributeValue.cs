using System.Runtime.InteropServices;

namespace Tunnel.Shared.Routing.Attributes;

/// <summary>A part of an expression that has been read: a text, a number or a truth, exactly one of the three.</summary>
/// <param name="Column">Where it begins, from 1.</param>
/// <param name="Text">Gives the text; null where an attribute is not there.</param>
/// <param name="Number">Gives the number; null where there is none.</param>
/// <param name="Truth">Gives the truth.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AttributeValue(
    int Column,
    Func<IReadOnlyDictionary<string, string>, string?>? Text = null,
    Func<IReadOnlyDictionary<string, string>, long?>? Number = null,
    Func<IReadOnlyDictionary<string, string>, bool>? Truth = null)
{
    /// <summary>What a message says was found.</summary>
    public string Kind => Text is not null ? "a text" : Number is not null ? "a number" : "a condition";
}
