using System.Globalization;
using System.Text;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.Peers;

/// <summary>PostgreSQL: a session that asks and is answered, and bulk both ways.</summary>
public sealed class PostgresTests(PeerTunnel tunnel, ITestOutputHelper output) : PeerTest(tunnel, output)
{
    private const string User = "postgres";
    private const int Rows = 100_000;
    private const int RowCharacters = 1000;
    private const int Questions = 300;

    [PeerFact("initdb", "postgres", "psql", "setpriv", "install")]
    public async Task Queries_are_answered_and_a_table_of_100_MB_goes_in_and_out_unchanged()
    {
        await StartPostgresAsync();
        Assert.Equal("42|true", (await QueryAsync("select 6 * 7, true::text")).Trim());

        // As typed by hand: each waits for the answer to the one before.
        var script = Files.Write("questions.sql", string.Concat(Enumerable.Range(0, Questions).Select(i => $"select {i}, md5('{i}') = md5({i}::text);\n")));
        var answers = await PsqlAsync("--file", script);
        Assert.Equal(string.Concat(Enumerable.Range(0, Questions).Select(i => $"{i}|t\n")), answers);

        var table = Files.File("table.txt");
        await WriteTableAsync(table);
        await QueryAsync("create unlogged table t(id int, data text)");
        Assert.Equal($"COPY {Rows}", (await QueryAsync($@"\copy t from '{table}'")).Trim());
        Assert.Equal($"COPY {Rows}", (await QueryAsync($@"\copy t to '{table}.back'")).Trim());

        Assert.Equal(await RandomFile.HashAsync(table), await RandomFile.HashAsync($"{table}.back"));
        Assert.Equal($"{Rows}|{(long)Rows * RowCharacters}", (await QueryAsync("select count(*), sum(length(data)) from t")).Trim());

        // An error of the server is an answer too, and what follows it is still heard.
        var failure = await Testing.Programs.Tool.RunAsync(Peer.Require("psql"), [.. Client, "--command", "select 1/0", "--command", "select 'next'"]);
        Assert.Contains("division by zero", failure.Error, StringComparison.Ordinal);
        Assert.Equal("next\n", failure.Text);
    }

    private string[] Client =>
    [
        "--no-psqlrc", "--tuples-only", "--no-align", "--host", "127.0.0.1", "--username", User, "--dbname", "postgres",
        "--port", Tunnel.Postgres.Public.Port.ToString(CultureInfo.InvariantCulture),
    ];

    private static async Task WriteTableAsync(string path)
    {
        var noise = Random.Shared.GetItems<char>("0123456789abcdef", Rows + RowCharacters);
        await using var file = new StreamWriter(path, append: false, Encoding.ASCII, bufferSize: 1024 * 1024);
        for (var row = 0; row < Rows; row++)
        {
            file.Write(row);
            file.Write('\t');
            file.Write(noise.AsSpan(row, RowCharacters));
            file.Write('\n');
        }
    }

    private Task<string> QueryAsync(string query) => PsqlAsync("--command", query);

    private async Task<string> PsqlAsync(params string[] what) =>
        (await RunClientAsync(Peer.Require("psql"), [.. Client, "--set", "ON_ERROR_STOP=1", .. what])).Text;

    private async Task StartPostgresAsync()
    {
        // PostgreSQL refuses to run as root.
        var folder = Tunnel.PostgresFolder;
        string[] owner = Environment.IsPrivilegedProcess ? ["--owner", User, "--group", User] : [];
        await RunClientAsync(Peer.Require("install"), ["-d", "--mode", "755", .. owner, folder]);
        var data = Path.Combine(folder, "data");
        await RunClientAsync(
            Peer.Require("setpriv"),
            [.. PeerServer.Identity(User), "--", Peer.Require("initdb"), "-D", data, "-A", "trust", "-U", User, "-E", "UTF8", "--no-locale", "--no-sync"]);
        await StartServerAsync(
            Tunnel.Postgres,
            Peer.Require("postgres"),
            [
                "-D", data, "-F", "-c", "listen_addresses=", "-c", "port=5432", "-c", $"unix_socket_directories={folder}",

                // Rows come out in the order in which they went in.
                "-c", "synchronize_seqscans=off",
            ],
            User);

        // It listens before it answers.
        await Testing.Eventually.HoldsAsync(
            async () => (await Testing.Programs.Tool.RunAsync(Peer.Require("psql"), [.. Client, "--command", "select 1"])).ExitCode == 0,
            Testing.Programs.ProgramProcess.DefaultPatience,
            () => "PostgreSQL answers no query");
    }
}
