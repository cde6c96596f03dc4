using System.CommandLine;
using Tunnel.Portal.CommandLine;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class ImportCommandTests
{
    [Fact]
    public async Task The_configuration_goes_to_standard_output_alone()
    {
        var (code, output, error) = await RunAsync("server {\n  listen 8080;\n  expires 1d;\n  location / { proxy_pass http://127.0.0.1:80; }\n}\n");

        Assert.Equal(ExitCodes.Fine, code);
        Assert.Empty(Importing.Complaints(output));
        Assert.EndsWith("site.conf:3: expires: left out; set \"responseHeaders\": { \"Cache-Control\": \"max-age=…\" }, or let the target say it\n", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_file_that_cannot_be_parsed_is_bad_usage()
    {
        var (code, output, error) = await RunAsync("server {\n  listen 80\n}\n");

        Assert.Equal(ExitCodes.BadUsage, code);
        Assert.Empty(output);
        Assert.Contains("site.conf:3: unexpected '}'; is the ';' before it missing?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_is_one_that_cannot_be_read()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        Assert.Equal(ExitCodes.BadUsage, await PortalCommands.Root().Parse(["import", "nginx", "/not/there.conf"]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }));
        Assert.Empty(output.ToString());
        Assert.StartsWith("/not/there.conf:1: the file cannot be read", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("import", "nginx")]
    [InlineData("import", "apache", "x")]
    public void What_is_to_be_imported_must_be_said(params string[] arguments) => Assert.NotEmpty(PortalCommands.Root().Parse(arguments).Errors);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("tunnel-import-");
        try
        {
            var file = Path.Combine(folder.FullName, "site.conf");
            await File.WriteAllTextAsync(file, text);
            using var output = new StringWriter();
            using var error = new StringWriter();
            var code = await PortalCommands.Root().Parse(["import", "nginx", file]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
            return (code, output.ToString(), error.ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
