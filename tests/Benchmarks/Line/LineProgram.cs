using System.Globalization;
using Tunnel.Testing.Faults;

namespace Tunnel.Benchmarks.Line;

/// <summary>Two networks with a <see cref="DelayLine"/> between them, in which any program can be tried.</summary>
internal static class LineProgram
{
    private const string Usage =
        """
        usage: line [--delay MILLISECONDS] [--rate MEGABITS] [--queue KIBIBYTES] [--loss SHARE] [--mtu BYTES] [--no-offload]
          one way each; --delay 25 --rate 1000 is a line of 1 Gbit/s with a round trip of 50 ms. Stays until Ctrl-C.
        """;

    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        if (NetworkNamespace.Unavailable is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 1;
        }

        var stop = new TaskCompletionSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.TrySetResult();
        };
        using var network = await FaultNetwork.CreateAsync(options);
        Console.WriteLine($"the portal's side, {network.PortalAddress}:\n  nsenter --net={network.Portal.Path} iperf3 -s");
        Console.WriteLine($"the bridge's side, {network.BridgeAddress}:\n  nsenter --net={network.Bridge.Path} iperf3 -c {network.PortalAddress}");
        await stop.Task;
        foreach (var (name, direction) in new[] { ("to the portal", network.Line.ToRight), ("to the bridge", network.Line.ToLeft) })
        {
            Console.WriteLine($"{name}: {direction.Forwarded} packets, {direction.Bytes} bytes, {direction.Dropped} packets dropped");
        }

        return 0;
    }

    private static DelayLineOptions? Parse(string[] args)
    {
        var options = new DelayLineOptions();
        ReadOnlySpan<string> rest = args;
        while (!rest.IsEmpty)
        {
            if (rest is ["--no-offload", .. var others])
            {
                options = options with { Offload = false };
                rest = others;
                continue;
            }

            if (rest.Length < 2 || !double.TryParse(rest[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            var known = rest[0] switch
            {
                "--delay" => options with { Delay = TimeSpan.FromMilliseconds(value) },
                "--rate" => options with { BitsPerSecond = (long)(value * 1_000_000) },
                "--queue" => options with { QueueBytes = (int)(value * 1024) },
                "--loss" when value <= 1 => options with { Loss = value },
                "--mtu" when value is >= 576 and <= 65000 => options with { Mtu = (int)value },
                _ => null,
            };
            if (known is null)
            {
                return null;
            }

            options = known;
            rest = rest[2..];
        }

        return options;
    }
}
