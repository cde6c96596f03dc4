namespace Tunnel.Testing.Faults;

/// <summary>
/// A line in user space between two tun devices with a delay, a rate, a bounded queue and loss of its own each way, for kernels
/// without <c>sch_netem</c>. One thread each way.
/// </summary>
public sealed class DelayLine : IDisposable
{
    private readonly TunDevice _left;
    private readonly TunDevice _right;

    private DelayLine(TunDevice left, TunDevice right, DelayLineOptions options)
    {
        _left = left;
        _right = right;
        ToRight = new DelayLineDirection(left, right, options);
        ToLeft = new DelayLineDirection(right, left, options);
    }

    /// <summary>From the left device to the right one.</summary>
    public DelayLineDirection ToRight { get; }

    /// <summary>From the right device to the left one.</summary>
    public DelayLineDirection ToLeft { get; }

    /// <summary>Whether everything that is sent vanishes, both ways, without anybody's being told.</summary>
    public bool Blackhole
    {
        get => ToRight.Blackhole && ToLeft.Blackhole;
        set => ToRight.Blackhole = ToLeft.Blackhole = value;
    }

    /// <summary>Makes a device in each namespace and joins them. They are up and have no address yet.</summary>
    public static async Task<DelayLine> CreateAsync(
        NetworkNamespace left, string leftName, NetworkNamespace right, string rightName, DelayLineOptions? options = null)
    {
        options ??= new DelayLineOptions();
        var leftDevice = left.Run(() => TunDevice.Open(leftName, options.Offload));
        var rightDevice = right.Run(() => TunDevice.Open(rightName, options.Offload));
        await left.IpAsync($"link set {leftName} mtu {options.Mtu} up");
        await right.IpAsync($"link set {rightName} mtu {options.Mtu} up");
        return new DelayLine(leftDevice, rightDevice, options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ToRight.Dispose();
        ToLeft.Dispose();
        _left.Dispose();
        _right.Dispose();
    }
}
