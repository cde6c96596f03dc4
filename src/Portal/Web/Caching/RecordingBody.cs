using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Caching;

/// <summary>The body of a target's answer. Where it goes is decided when its head is complete, which it is when the body begins.</summary>
/// <param name="inner">Where the visitor's bytes go.</param>
/// <param name="recording">Takes the bytes that are stored; null where none can be.</param>
/// <param name="decide">Decides, once; told whether the body is a file, which is at hand as it is.</param>
/// <param name="givenUp">Called when the recording gives up.</param>
internal sealed class RecordingBody(IHttpResponseBodyFeature inner, Recording? recording, Func<bool, BodyMode> decide, Action givenUp) : InterceptedBody(inner)
{
    private BodyMode? _mode;
    private bool _isGivenUp;

    private bool IsForVisitor => _mode is BodyMode.Pass or BodyMode.Record;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await BeginAsync(isFile: false, cancellationToken);
        if (_mode is BodyMode.Record or BodyMode.RecordOnly && !_isGivenUp && recording?.Append(buffer.Span) == false)
        {
            _isGivenUp = true;
            givenUp();
        }

        if (IsForVisitor)
        {
            await Inner.Stream.WriteAsync(buffer, cancellationToken);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(isFile: false, cancellationToken);
        if (IsForVisitor)
        {
            await Inner.Stream.FlushAsync(cancellationToken);
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(isFile: false, cancellationToken);
        if (IsForVisitor)
        {
            await Inner.StartAsync(cancellationToken);
        }
    }

    public override async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await BeginAsync(isFile: true, cancellationToken);
        await DrainWriterAsync(cancellationToken);
        if (_mode == BodyMode.Pass)
        {
            await Inner.SendFileAsync(path, offset, count, cancellationToken);
        }
        else if (_mode != BodyMode.Swallow)
        {
            await SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);
        }
    }

    public override async Task CompleteAsync()
    {
        await EndAsync();
        if (IsForVisitor)
        {
            await Inner.CompleteAsync();
        }
    }

    /// <summary>Writes on what is still here, and decides if there was no body. To be called once the answer has been given.</summary>
    public async ValueTask EndAsync()
    {
        await DrainWriterAsync(CancellationToken.None);
        await BeginAsync(isFile: false, CancellationToken.None);
    }

    private async ValueTask BeginAsync(bool isFile, CancellationToken cancellationToken)
    {
        if (_mode is not null)
        {
            return;
        }

        _mode = decide(isFile);
        if (_mode == BodyMode.RecordOnly)
        {
            // The visitor need not wait for bytes that are not for him.
            await Inner.StartAsync(cancellationToken);
        }
    }
}
