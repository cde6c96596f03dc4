namespace Tunnel.Soak;

/// <summary>Whether a deployment that is quiet again holds what it held at the start.</summary>
internal static class Comparison
{
    private const long Mebibyte = 1024 * 1024;

    // A socket of a timer; a leak grows with the time.
    private const int DescriptorTolerance = 12;

    // What is compiled and pooled meanwhile.
    private const long MemoryTolerance = 48 * Mebibyte;

    // Sessions that wait to be resumed (30 s), workers that are not needed any more, memory that is given back: all take their time.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until it does; otherwise returns what is too much.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(Deployment deployment, IReadOnlyList<Figures> before)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var excess = Excess(deployment, before).ToList();
            if (excess.Count == 0 || TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                return excess;
            }

            await Task.Delay(Pause);
        }
    }

    private static IEnumerable<string> Excess(Deployment deployment, IReadOnlyList<Figures> before)
    {
        foreach (var (was, now) in before.Zip(Figures.Of(deployment)))
        {
            if (now.Descriptors > was.Descriptors + DescriptorTolerance)
            {
                yield return $"{now.Name} has {now.Descriptors} descriptors, it had {was.Descriptors}";
            }

            if (now.Memory > was.Memory + MemoryTolerance)
            {
                yield return $"{now.Name} holds {now.Memory / Mebibyte} MiB, it held {was.Memory / Mebibyte} MiB";
            }
        }

        if (deployment.Streams > 0)
        {
            yield return $"the target still has {deployment.Streams} connections";
        }

        // How many there are is for the bridges to say: they keep workers for a while that a crowd has needed.
        if (deployment.PortalSessions != deployment.BridgeSessions)
        {
            yield return $"the portal has {deployment.PortalSessions} sessions, its bridges have {deployment.BridgeSessions}";
        }
    }
}
