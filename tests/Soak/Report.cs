using Tunnel.Soak.Faults;
using Tunnel.Soak.Loads;

namespace Tunnel.Soak;

/// <summary>The account at the end.</summary>
internal static class Report
{
    private const double Mebibyte = 1024 * 1024;

    public static void Print(Ledger ledger, FaultLog faults, IReadOnlyList<Figures> before, Deployment deployment, IReadOnlyList<string> excess)
    {
        Console.WriteLine();
        Console.WriteLine($"{"visitors",-20} {"done",8} {"excused",8} {"failed",8} {"MiB",10}");
        foreach (var (name, entry) in ledger.Entries.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{name,-20} {entry.Done,8} {entry.Excused,8} {entry.Failed,8} {entry.Bytes / Mebibyte,10:0.0}");
        }

        Console.WriteLine();
        Console.WriteLine($"{"faults",-20} {"times",8}");
        foreach (var (name, count) in faults.Counts)
        {
            Console.WriteLine($"{name,-20} {count,8}");
        }

        Console.WriteLine();
        Console.WriteLine($"{"programs",-20} {"descriptors before, after",27} {"MiB before, after",22}");
        foreach (var (was, now) in before.Zip(Figures.Of(deployment)))
        {
            Console.WriteLine($"{was.Name,-20} {was.Descriptors,15} {now.Descriptors,11} {was.Memory / Mebibyte,13:0.0} {now.Memory / Mebibyte,8:0.0}");
        }

        Console.WriteLine($"sessions at the end: {deployment.PortalSessions} in the portal, {deployment.BridgeSessions} in the bridges; streams: {deployment.Streams}");
        foreach (var line in excess.Concat(ledger.Failures))
        {
            Console.WriteLine($"FAILED {line}");
        }
    }
}
