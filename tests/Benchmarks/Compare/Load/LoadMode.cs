namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>What a target does with a connection: its first byte. The second is the number that a <see cref="Sink"/> is counted under.</summary>
internal enum LoadMode : byte
{
    /// <summary>Sends for ever.</summary>
    Send = (byte)'d',

    /// <summary>Takes everything and counts it.</summary>
    Sink = (byte)'u',

    /// <summary>Sends back what comes.</summary>
    Echo = (byte)'e',
}
