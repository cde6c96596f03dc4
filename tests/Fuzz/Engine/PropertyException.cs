using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Tunnel.Fuzz.Engine;

/// <summary>A parser broke a promise: it read too far, leaked, or gave different results for the same bytes.</summary>
internal sealed class PropertyException(string message) : Exception(message)
{
    /// <summary>Fails unless the condition holds.</summary>
    public static void Require([DoesNotReturnIf(false)] bool condition, string promise, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            throw new PropertyException($"{promise} ({expression})");
        }
    }
}
