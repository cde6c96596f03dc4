using Tunnel.Shared.State;

namespace Tunnel.Shared.Tests.State;

public sealed class PrivateFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    private string Folder => Path.Combine(_root, "state", "deep");

    private string FilePath => Path.Combine(Folder, "secret");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_appears_with_its_folder_for_its_owner_alone()
    {
        Assert.True(PrivateFile.TryCreate(FilePath, "the secret\n"));

        Assert.Equal("the secret\n", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(Folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }
    }

    [Fact]
    public void One_that_exists_is_left_as_it_is()
    {
        Assert.True(PrivateFile.TryCreate(FilePath, "first"));
        Assert.False(PrivateFile.TryCreate(FilePath, "second"));

        Assert.Equal("first", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Of_many_that_race_one_wins_and_nobody_ever_sees_half_a_file()
    {
        const int Racers = 8;
        const int Rounds = 50;
        using var start = new Barrier(Racers);
        var results = await Task.WhenAll(
            Enumerable.Range(0, Racers).Select(i => Task.Factory.StartNew(() => Race(new string((char)('a' + i), 10_000)), TaskCreationOptions.LongRunning)));

        for (var round = 0; round < Rounds; round++)
        {
            Assert.Single(results, racer => racer[round].Created);
            Assert.Single(results.Select(racer => racer[round].Text).Distinct(StringComparer.Ordinal));
            Assert.Equal(10_000, results[0][round].Text.Length);
        }

        Assert.Equal(Rounds, Directory.GetFileSystemEntries(Folder).Length);

        (bool Created, string Text)[] Race(string text)
        {
            var seen = new (bool Created, string Text)[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                start.SignalAndWait();
                seen[round].Created = PrivateFile.TryCreate(FilePath + round, text);
                seen[round].Text = File.ReadAllText(FilePath + round);
            }

            return seen;
        }
    }

    [Fact]
    public void What_cannot_be_created_leaves_nothing_behind()
    {
        // A folder is in the way of the file: everything works but the last step.
        Directory.CreateDirectory(FilePath);

        Assert.ThrowsAny<IOException>(() => PrivateFile.TryCreate(FilePath, "the secret"));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_an_error()
    {
        File.WriteAllText(Path.Combine(_root, "state"), "in the way");
        Assert.ThrowsAny<IOException>(() => PrivateFile.TryCreate(FilePath, "the secret"));
    }
}
