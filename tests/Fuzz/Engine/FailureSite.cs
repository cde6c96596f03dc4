using System.Diagnostics;

namespace Tunnel.Fuzz.Engine;

/// <summary>Tells failures apart: the kind of exception, and where in the product it arose.</summary>
internal static class FailureSite
{
    public static string Of(Exception exception)
    {
        exception = exception is AggregateException { InnerException: { } inner } ? inner : exception;
        var frame = new StackTrace(exception).GetFrames()
            .Select(static frame => frame.GetMethod())
            .FirstOrDefault(static method => method?.DeclaringType?.Namespace is { } space
                && space.StartsWith("Tunnel.", StringComparison.Ordinal) && !space.StartsWith("Tunnel.Fuzz", StringComparison.Ordinal));
        var words = exception is PropertyException ? string.Concat(exception.Message.Where(char.IsAsciiLetter)) : string.Empty;
        return $"{exception.GetType().Name} {frame?.DeclaringType?.FullName}.{frame?.Name} {words}";
    }
}
