namespace Tunnel.Testing;

/// <summary>A new directory under the system's temporary one, removed with all it holds.</summary>
public sealed class TempDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tunnel-test-");

    /// <summary>The absolute path.</summary>
    public string Path => _directory.FullName;

    /// <summary>The absolute path of <paramref name="name"/> in this directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Makes a directory below this one and returns its path.</summary>
    public string MakeDirectory(string name) => Directory.CreateDirectory(File(name)).FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A program that was just killed may still be writing here; the system cleans its temporary directory.
        }
    }
}
