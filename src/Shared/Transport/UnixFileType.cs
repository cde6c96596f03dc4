namespace Tunnel.Shared.Transport;

/// <summary>Tells an ordinary file from a socket file.</summary>
internal static class UnixFileType
{
    /// <summary>True where the path can be opened as a file: open(2) of a socket fails with ENXIO.</summary>
    public static bool IsRegular(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
