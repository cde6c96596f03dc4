using System.Diagnostics;

namespace Tunnel.Testing;

/// <summary>Waits for a condition. The limit only says when to give up; a test never passes because time went by.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as <paramref name="condition"/> holds; fails with <paramref name="what"/> after <paramref name="limit"/>.</summary>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan limit, Func<string> what) =>
        HoldsAsync(() => Task.FromResult(condition()), limit, what);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan, Func{string})"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                Assert.Fail($"not within {limit.TotalSeconds:0.#} s: {what()}");
            }

            await Task.Delay(Pause);
        }
    }
}
