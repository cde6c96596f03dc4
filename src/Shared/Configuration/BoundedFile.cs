namespace Tunnel.Shared.Configuration;

/// <summary>Reads files of which nobody knows how large they are.</summary>
internal static class BoundedFile
{
    /// <summary>The whole file; null when it is larger than <paramref name="maxBytes"/>.</summary>
    /// <exception cref="IOException">It cannot be read; so do the other exceptions of <see cref="File.OpenRead"/> say.</exception>
    public static ReadOnlyMemory<byte>? Read(string path, int maxBytes)
    {
        using var stream = File.OpenRead(path);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];

        // By reading rather than by its length: a pipe, such as a shell's <(…), has none.
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            content.Write(buffer, 0, read);
            if (content.Length > maxBytes)
            {
                return null;
            }
        }

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
