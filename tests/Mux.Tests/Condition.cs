using System.Runtime.CompilerServices;

namespace Tunnel.Mux.Tests;

/// <summary>Tests wait for what they expect, and give up on it only when it will clearly never come.</summary>
internal static class Condition
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"never came true: {what}");
            await Task.Delay(1);
        }
    }
}
