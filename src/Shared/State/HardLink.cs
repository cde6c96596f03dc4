using System.Runtime.InteropServices;

namespace Tunnel.Shared.State;

/// <summary>link(2): a second name for a file, made only where the name is free, in one step.</summary>
internal static class HardLink
{
    /// <summary>False where the name is taken, or the system or the file system knows no such links.</summary>
    public static bool TryCreate(string existing, string name) => !OperatingSystem.IsWindows() && Link(existing, name) == 0;

    [DllImport("libc", EntryPoint = "link", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
