"""Models as their users define them, with random weights, and how each is exported."""

from dataclasses import dataclass
from typing import Callable

import numpy as np
import skl2onnx
import torch
import torchvision
from sklearn.neural_network import MLPClassifier
from torch import nn


class Decoder(nn.Module):
    """A GPT-2-style decoder: learned positions, pre-norm blocks, causal attention, tied output weights."""

    def __init__(self, vocabulary=61, length=12, width=32, heads=4, layers=2):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(0.02 * torch.randn(length, width))
        self.blocks = nn.ModuleList([DecoderBlock(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        value = self.tokens(x) + self.positions
        for block in self.blocks:
            value = block(value)
        logits = nn.functional.linear(self.norm(value), self.tokens.weight)
        return logits.transpose(1, 2)


class DecoderBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.attention(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        attended = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GridSample(nn.Module):
    def forward(self, x, grid):
        return nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


class SpatialTransformer(nn.Module):
    """Jaderberg et al., 2015: an affine map computed from the image, the image read along it, and classified."""

    def __init__(self, classes=10):
        super().__init__()
        self.locate = nn.Sequential(nn.Conv2d(3, 6, 5, stride=2), nn.Tanh(), nn.Conv2d(6, 8, 5, stride=2), nn.Tanh(), nn.Flatten())
        self.map = nn.Linear(8 * 5 * 5, 6)
        nn.init.normal_(self.map.weight, std=0.01)
        self.map.bias.data = torch.tensor([0.83, 0.07, 0.05, -0.06, 0.91, -0.03])
        self.sample = GridSample()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 5, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(8 * 14 * 14, classes))

    def forward(self, x):
        # Smooth images: between independent pixels the derivatives along the map would be all noise.
        image = nn.functional.avg_pool2d(x, 5, stride=1, padding=2)
        grid = nn.functional.affine_grid(self.map(self.locate(image)).view(-1, 2, 3), image.shape, align_corners=False)
        return self.features(self.sample(image, grid))


class Spectrogram(nn.Module):
    """Sounds, filtered, to short-time spectra, to log energies, to classes."""

    def __init__(self, classes=10, frame=32, step=16):
        super().__init__()
        self.frame, self.step = frame, step
        self.filter = nn.Conv1d(1, 1, 7, padding=3)
        self.register_buffer("window", torch.hann_window(frame))
        self.bands = nn.Linear(frame // 2 + 1, 8)
        self.head = nn.Linear(8 * 31, classes)

    def forward(self, x):
        sound = self.filter(x.unsqueeze(1)).squeeze(1)
        parts = torch.view_as_real(
            torch.stft(sound, self.frame, self.step, window=self.window, center=False, onesided=True, return_complex=True)
        )
        energies = parts.square().sum(-1).transpose(1, 2)
        return self.head(torch.tanh(self.bands(torch.log(energies + 0.1))).flatten(1))


class Patches(nn.Module):
    """Patches of an image that overlap, each through the same layer, put together again (unfold and fold)."""

    def __init__(self, classes=10):
        super().__init__()
        self.mix = nn.Linear(3 * 36, 2 * 36)
        self.head = nn.Linear(2 * 32 * 32, classes)

    def forward(self, x):
        patches = nn.functional.unfold(x, 6, padding=1, stride=4)
        mixed = torch.tanh(self.mix(patches.transpose(1, 2))).transpose(1, 2)
        whole = nn.functional.fold(mixed, (32, 32), 6, padding=1, stride=4)
        return self.head(whole.flatten(1))


class Assigned(nn.Module):
    """Elements that a mask computed from data picks, changed and put back in their places."""

    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 6, 5, stride=3), nn.Flatten(), nn.Linear(600, 20))
        self.head = nn.Linear(20, classes)

    def forward(self, x):
        value = self.features(x).clone()
        value[value < 0] = torch.sin(value[value < 0]) * 0.5
        return self.head(value)


class Classifier(nn.Module):
    """scikit-learn's MLPClassifier after some training, its parameters under the names that skl2onnx gives them."""

    def __init__(self, features=6, hidden=8, classes=4):
        super().__init__()
        draw = np.random.default_rng(3)
        points, labels = draw.normal(size=(60, features)).astype(np.float32), draw.integers(0, classes, 60)
        self.fitted = MLPClassifier((hidden,), activation="tanh", solver="lbfgs", max_iter=15, random_state=0).fit(points, labels)
        self.points = points
        (self.coefficient, self.coefficient1), (self.intercepts, self.intercepts1) = (
            [nn.Parameter(torch.tensor(np.atleast_2d(v), dtype=torch.float32)) for v in values]
            for values in (self.fitted.coefs_, self.fitted.intercepts_)
        )

    def forward(self, x):
        return torch.tanh(x @ self.coefficient + self.intercepts) @ self.coefficient1 + self.intercepts1


def randomize(model):
    """Every vector moved from its initial zeros or ones, as training would: exporters merge parameters that are equal."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.7, 1.5)
    return model


class ComposedHardsigmoid(nn.Module):
    def forward(self, x):
        return nn.functional.hardtanh(x + 3, 0.0, 6.0) / 6


class ComposedHardswish(nn.Module):
    def forward(self, x):
        return x * nn.functional.hardtanh(x + 3, 0.0, 6.0) / 6


class ComposedGridSample(nn.Module):
    def forward(self, x, grid):
        """Bilinear, at the border the pixel at the edge: https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html"""
        batch, channels, height, width = x.shape
        lengths = torch.tensor([width, height], dtype=x.dtype)
        largest = lengths - 1
        position = torch.minimum(torch.clamp(((grid + 1) * lengths - 1) / 2, min=0), largest)
        first = torch.minimum(position.detach().floor(), largest - 1)
        share = position - first
        at = first.long()
        flat = x.reshape(batch, channels, height * width)

        def pixel(down, right):
            places = (at[..., 1] + down) * width + at[..., 0] + right
            found = flat.gather(2, places.reshape(batch, 1, -1).expand(-1, channels, -1))
            return found.reshape(batch, channels, *grid.shape[1:3])

        across, along = share[..., 0].unsqueeze(1), share[..., 1].unsqueeze(1)
        upper = pixel(0, 0) * (1 - across) + pixel(0, 1) * across
        lower = pixel(1, 0) * (1 - across) + pixel(1, 1) * across
        return upper * (1 - along) + lower * along


class ComposedLayerNorm(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.weight, self.bias, self.eps = norm.weight, norm.bias, norm.eps

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / (centred.square().mean(-1, keepdim=True) + self.eps).sqrt() * self.weight + self.bias


def composed(model):
    """The same function of the same parameters, of operations that PyTorch differentiates right any number of times.

    PyTorch 2.15 has no second derivative of hardsigmoid and grid_sample, and its third derivative of layer_norm is not the derivative of its second.
    """
    of = {
        GridSample: lambda _: ComposedGridSample(),
        nn.Hardsigmoid: lambda _: ComposedHardsigmoid(),
        nn.Hardswish: lambda _: ComposedHardswish(),
        nn.LayerNorm: ComposedLayerNorm,
    }
    for module in list(model.modules()):
        for name, child in module.named_children():
            for kind, compose in of.items():
                if isinstance(child, kind):
                    setattr(module, name, compose(child))
    return model


def by_dynamo(model, x, path):
    program = torch.onnx.export(
        model,
        (x,),
        input_names=["x"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("N", min=1, max=512)},),
        dynamo=True,
        verbose=False,
        # Its optimiser folds weights into new ones, which are no longer the model's.
        optimize=False,
    )
    program.save(path, external_data=False)


def by_torchscript(model, x, path):
    torch.onnx.export(
        model,
        (x,),
        path,
        input_names=["x"],
        output_names=["logits"],
        dynamic_axes={"x": {0: "N"}, "logits": {0: "N"}},
        opset_version=17,
        dynamo=False,
        # Otherwise batch normalisation is folded into the convolutions, and their weights are no longer the model's.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )


def by_skl2onnx(model, _x, path):
    file = skl2onnx.to_onnx(model.fitted, model.points[:1], options={"zipmap": False}, target_opset=17)
    with open(path, "wb") as out:
        out.write(file.SerializeToString())


TORCH = {"dynamo": by_dynamo, "torchscript": by_torchscript}
# The other exporter has no form for affine_grid, stft and fold in operator set 17.
DYNAMO = {"dynamo": by_dynamo}


@dataclass(frozen=True)
class Model:
    build: Callable
    # A batch of inputs, and the shape of its labels.
    inputs: Callable = lambda batch: torch.randn(batch, 3, 32, 32)
    label_shape: Callable = lambda batch: (batch,)
    classes: int = 10
    # The block that a parameter belongs to, from its name.
    block: Callable = lambda name: name
    # No relu or max-pooling, so that finite differences can vouch for derivatives.
    smooth: bool = False
    exporters: dict = None
    # Names of the input and of the logits in the exported file.
    x: str = "x"
    logits: str = "logits"


def vit():
    model = torchvision.models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10
    )
    # torchvision starts the head at zero, where every other gradient vanishes.
    nn.init.normal_(model.heads.head.weight, std=0.3)
    return model


def gpt2():
    model = Decoder(vocabulary=50257, length=64, width=768, heads=12, layers=12)
    for module in model.modules():
        if isinstance(module, (nn.Embedding, nn.Linear)):
            nn.init.normal_(module.weight, std=0.02)
    return model


def resnet_block(name):
    if name.startswith("layer"):
        return name.split(".")[0]
    return "head" if name.startswith("fc") else "stem"


MODELS = {
    "resnet18": Model(lambda: torchvision.models.resnet18(num_classes=10), block=resnet_block, exporters=TORCH),
    "mobilenet_v3_small": Model(
        lambda: torchvision.models.mobilenet_v3_small(num_classes=10),
        block=lambda name: f"features.{int(name.split('.')[1]) // 3}" if name.startswith("features") else "head",
        exporters=TORCH,
    ),
    "vit": Model(
        vit,
        block=lambda name: next((b for b in ("encoder_layer_0", "encoder_layer_1", "heads") if b in name), "embedding"),
        smooth=True,
        exporters=TORCH,
    ),
    "gpt2_style": Model(
        Decoder,
        inputs=lambda batch: torch.randint(0, 61, (batch, 12)),
        label_shape=lambda batch: (batch, 12),
        classes=61,
        block=lambda name: ".".join(name.split(".")[:2]) if name.startswith("blocks") else name.split(".")[0],
        smooth=True,
        exporters=TORCH,
    ),
    "spatial_transformer": Model(SpatialTransformer, exporters=DYNAMO),
    "spectrogram": Model(Spectrogram, inputs=lambda batch: torch.randn(batch, 512), smooth=True, exporters=DYNAMO),
    "patches": Model(Patches, smooth=True, exporters=DYNAMO),
    "assigned": Model(Assigned, exporters=TORCH),
    "mlp_classifier": Model(
        Classifier,
        inputs=lambda batch: torch.randn(batch, 6),
        classes=4,
        smooth=True,
        exporters={"skl2onnx": by_skl2onnx},
        x="X",
        logits="add_result1",
    ),
}

# At the size that people have them. Initial weights for the decoder as GPT-2's: with PyTorch's the loss of the tied output is in the hundreds.
LARGE = {
    "resnet50": Model(
        torchvision.models.resnet50,
        inputs=lambda batch: torch.randn(batch, 3, 224, 224),
        classes=1000,
        block=resnet_block,
        exporters={"torchscript": by_torchscript},
    ),
    "gpt2": Model(
        gpt2,
        inputs=lambda batch: torch.randint(0, 50257, (batch, 64)),
        label_shape=lambda batch: (batch, 64),
        classes=50257,
        block=lambda name: f"blocks.{int(name.split('.')[1]) // 3}" if name.startswith("blocks") else "embedding and norm",
        exporters={"torchscript": by_torchscript},
    ),
}
