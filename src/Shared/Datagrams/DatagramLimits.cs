namespace Tunnel.Shared.Datagrams;

/// <summary>How much datagrams may hold while they wait.</summary>
internal sealed record DatagramLimits
{
    public static DatagramLimits Default { get; } = new();

    /// <summary>Bytes that may wait for the reader of one flow: 40 ms of 100 Mbit/s. The reader may hold as many again.</summary>
    public int QueueBytes { get; init; } = 512 * 1024;

    /// <summary>Datagrams that may wait for the reader of one flow.</summary>
    public int QueueDatagrams { get; init; } = 2048;

    /// <summary>Blocks of 16 KiB that all flows of a listener may hold together: 64 MiB.</summary>
    public int ListenerBlocks { get; init; } = 4096;

    /// <summary>Flows of one listener. A resolver uses a new port, and so a new flow, for each question.</summary>
    public int Flows { get; init; } = 4096;

    /// <summary>
    /// How long a flow must have been silent before a new one may take its place, when there are <see cref="Flows"/>. Whoever
    /// sends from many addresses, which may be made up, cannot end the flows of those who are talking.
    /// </summary>
    public TimeSpan EvictionSilence { get; init; } = TimeSpan.FromSeconds(5);
}
