namespace Tunnel.Shared.Routing.Attributes;

/// <summary>An expression is wrong. It leaves the parser only as a text.</summary>
internal sealed class AttributeSyntaxException(int column, string message)
    : FormatException($"column {column} of the expression: {message}");
