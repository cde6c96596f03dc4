using System.Runtime.InteropServices;
using System.Text;

namespace Tunnel.Testing.Faults;

/// <summary>A tun device (Linux, Documentation/networking/tuntap.rst): a network interface whose other end is this process.</summary>
/// <remarks>
/// With offload the kernel hands over TCP segments before it cuts and checksums them, each behind a <c>virtio_net_hdr</c> that says
/// how; passed to another such device unchanged, they arrive as if a network card had joined them. So an ordinary MTU costs a system
/// call for each 64 KiB and not for each 1,500 bytes.
/// </remarks>
public sealed unsafe partial class TunDevice : IDisposable
{
    /// <summary>No packet is longer, header included.</summary>
    public const int MaxPacket = (64 * 1024) + VirtioHeader;

    // struct virtio_net_hdr without the number of buffers.
    private const int VirtioHeader = 10;

    // fcntl.h
    private const int ReadWriteNonBlockingCloseOnExec = 0x2 | 0x800 | 0x80000;

    // linux/if_tun.h
    private const uint SetInterface = 0x400454ca;
    private const uint SetOffload = 0x400454d0;
    private const short Tun = 0x1;
    private const short NoPacketInfo = 0x1000;
    private const short VirtioHeaders = 0x4000;
    private const int OffloadChecksumTcp4Tcp6 = 0x1 | 0x2 | 0x4;

    // struct ifreq: the name, then a union of 24 bytes that begins with the flags here.
    private const int InterfaceNameSize = 16;
    private const int InterfaceRequestSize = 40;

    private readonly int _descriptor;
    private bool _disposed;

    private TunDevice(string name, int descriptor)
    {
        Name = name;
        _descriptor = descriptor;
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    internal int Descriptor => _descriptor;

    /// <summary>Makes the device in the network namespace of the calling thread. It vanishes when it is disposed.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static TunDevice Open(string name, bool offload)
    {
        var descriptor = OpenFile("/dev/net/tun", ReadWriteNonBlockingCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open /dev/net/tun: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var request = stackalloc byte[InterfaceRequestSize];
        new Span<byte>(request, InterfaceRequestSize).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, InterfaceNameSize - 1));
        *(short*)(request + InterfaceNameSize) = (short)(Tun | NoPacketInfo | (offload ? VirtioHeaders : 0));
        if (Control(descriptor, SetInterface, (nint)request) < 0 || (offload && Control(descriptor, SetOffload, OffloadChecksumTcp4Tcp6) < 0))
        {
            var message = Marshal.GetLastPInvokeErrorMessage();
            _ = CloseFile(descriptor);
            throw new IOException($"cannot make the tun device {name}: {message}");
        }

        return new TunDevice(name, descriptor);
    }

    /// <summary>Takes one packet, at most <see cref="MaxPacket"/> bytes; 0 when there is none.</summary>
    internal int Read(byte* packet) => (int)Math.Max(0, ReadFile(_descriptor, packet, MaxPacket));

    /// <summary>Delivers one packet; false when the interface is down or its queue is full.</summary>
    internal bool Write(byte* packet, int length) => WriteFile(_descriptor, packet, (nuint)length) == length;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = CloseFile(_descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadFile(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteFile(int descriptor, byte* buffer, nuint length);
}
