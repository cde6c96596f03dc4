using System.Diagnostics;
using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Peers;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>Small messages to and fro on one connection, one at a time.</summary>
internal static class EchoLoad
{
    private const int MessageBytes = 64;
    private const int WarmUps = 500;

    /// <summary>Runs until there are so many rounds, or until so much time is over.</summary>
    /// <returns>What each round took in microseconds, sorted.</returns>
    public static async Task<double[]> RunAsync(RunningPeer peer, int rounds, TimeSpan atMost, CancellationToken cancellation)
    {
        using var socket = peer.Site.Visit(peer.Doors[0]);

        // The thread below blocks without asking; this wakes it.
        await using var stop = cancellation.Register(socket.Dispose);
        return await Task.Factory.StartNew(
            () => Run(socket, rounds, atMost), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static double[] Run(Socket socket, int rounds, TimeSpan atMost)
    {
        socket.Send([(byte)LoadMode.Echo, 0]);
        var message = new byte[MessageBytes];
        var times = new List<double>(Math.Min(rounds, 1 << 20));

        // A tenth of the time at most: beside a bulk download a round may be long.
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < WarmUps && watch.Elapsed < atMost / 10; round++)
        {
            Exchange(socket, message);
        }

        watch.Restart();
        while (times.Count < rounds && watch.Elapsed < atMost)
        {
            var start = Stopwatch.GetTimestamp();
            Exchange(socket, message);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return [.. times];
    }

    private static void Exchange(Socket socket, byte[] message)
    {
        socket.Send(message);
        for (var got = 0; got < message.Length;)
        {
            var read = socket.Receive(message, got, message.Length - got, SocketFlags.None);
            got += read > 0 ? read : throw new InvalidOperationException("the echo has ended");
        }
    }
}
